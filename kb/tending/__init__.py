"""Verbs that touch several capabilities: a review that is a commit, a fix that closes feedback."""
