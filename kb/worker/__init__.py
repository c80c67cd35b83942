"""What the background worker does, at which pace, and beside what."""
