"""Faults, links, twins and keywords of a department, to be put right."""
