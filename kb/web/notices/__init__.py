"""What I was told: the list behind the bell."""
