"""Changes that an audience has to read and confirm."""
