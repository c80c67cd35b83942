"""How the installation is: its status page, and what is noted of each request."""
