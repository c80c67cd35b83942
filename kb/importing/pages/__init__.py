"""Whole documents on their way in: read, split into procedures, with links and files beside."""
