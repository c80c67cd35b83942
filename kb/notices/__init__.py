"""What people are to be told: queued with what happened, delivered once."""
