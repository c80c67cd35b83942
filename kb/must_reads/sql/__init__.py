"""Must-reads and who confirmed them, in the database."""
