"""How I am told, and what did not go out."""
