"""Finding what is wrong in a department's procedures before a rep does."""
