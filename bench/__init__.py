"""What is fast, against what: `make bench`."""
