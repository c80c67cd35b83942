"""What the tables say of all that is to be taken out. SQL."""
