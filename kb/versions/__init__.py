"""What a procedure said before, who changed it, and what the site had at a time."""
