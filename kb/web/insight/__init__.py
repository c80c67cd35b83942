"""What the searches of everybody tell those who write."""
