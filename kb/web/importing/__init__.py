"""Bringing workbooks in, in three steps: what it is, what will be, done."""
