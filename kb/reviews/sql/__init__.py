"""What is due for review, asked of the database."""
