"""What of an installation is not as it should be: one list of checks, for all who ask."""
