"""What was searched, opened and left unanswered."""
