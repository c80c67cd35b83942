"""From the words of a query to the order of the hits."""
