"""What waits for a reviewer, and deciding on it."""
