"""How a department stands and serves, and how it is set up."""
