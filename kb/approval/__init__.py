"""Submissions: what waits for a reviewer, and how it is decided."""
