"""What the cells of a row say: steps, days, teams, methods."""
