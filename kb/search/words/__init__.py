"""What is typed and what is written, as words."""
