"""Writing procedures in the browser: pages to edit, begin, resolve, move, retire and erase."""
