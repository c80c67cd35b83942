"""What was taken out here coming back: zips of its files, and workbooks of its rows."""
