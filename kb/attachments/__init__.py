"""The text of files beside procedures: read once, in a process that may die, and searched."""
