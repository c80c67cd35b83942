"""People, tokens and attempts to sign in, in the database."""
