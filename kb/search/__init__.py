"""Finding the right procedure in the words of the person who asks."""
