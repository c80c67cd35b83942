"""The catalogue's rows in the database."""
