"""What a procedure is and who may see it. Standard library only."""
