"""Ways to a procedure without a search."""
