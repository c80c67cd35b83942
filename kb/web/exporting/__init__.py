"""Take out: a department or all of it as files, a workbook or a book."""
