"""All of an installation in one file, and back: made while people work, looked at, restored."""
