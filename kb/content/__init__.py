"""Markdown files and departments.yml on one side, procedures on the other."""
