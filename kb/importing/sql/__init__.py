"""What is being brought in, and what was, in the database."""
