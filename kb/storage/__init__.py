"""The content folder and its history: files and git changed together, or not at all."""
