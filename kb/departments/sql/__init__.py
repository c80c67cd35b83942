"""A department's figures, asked of the database."""
