"""The git repository of the content folder. The only git."""
