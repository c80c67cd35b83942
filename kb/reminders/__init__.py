"""What waits is reminded of: reviews and questions, each step once."""
