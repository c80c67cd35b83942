"""Verbs that touch two capabilities: the files first, the catalogue next, the index last."""
