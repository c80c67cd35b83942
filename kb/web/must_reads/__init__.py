"""Changes that must be read: confirmed, asked, overseen."""
