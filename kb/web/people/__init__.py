"""Who may enter: signing in, one's account, and the people's pages."""
