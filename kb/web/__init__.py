"""The pages and the API: the only part that speaks HTTP."""
