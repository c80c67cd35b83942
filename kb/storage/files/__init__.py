"""The files of the content folder."""
