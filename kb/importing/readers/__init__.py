"""Files of other programs read as sheets of cells. Nothing in them is executed or fetched."""
