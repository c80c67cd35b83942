"""Outside links, twins and uses of keywords in the database."""
