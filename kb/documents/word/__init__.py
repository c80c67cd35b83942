"""Word's documents: what they show, as a tree. Nothing in them is run or fetched."""
