"""Each capability's tables."""
