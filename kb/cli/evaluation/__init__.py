"""`kb evaluate`, and what it measures."""
