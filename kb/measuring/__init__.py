"""How long things take, over all processes and through restarts. Standard library only."""
