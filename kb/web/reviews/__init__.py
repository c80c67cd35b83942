"""The list of reviews, and confirming."""
