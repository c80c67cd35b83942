"""What holds until a time: said at home and on top of the results that it concerns."""
