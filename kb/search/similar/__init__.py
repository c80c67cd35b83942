"""What means nearly the same: procedures, keywords, searches."""
