"""What was searched, opened and learned from it."""
