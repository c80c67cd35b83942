"""What there is, quickly: what the files say, kept as rows."""
