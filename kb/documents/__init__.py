"""Markdown files and two files of settings on one side, procedures on the other."""
