"""Files of office programs into plain text, place by place. Nothing in them is run or fetched."""
