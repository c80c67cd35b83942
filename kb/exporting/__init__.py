"""What is here, taken out: as a zip of its files, a workbook, or a book to print."""
