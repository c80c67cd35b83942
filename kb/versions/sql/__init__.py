"""The history's rows in the database."""
