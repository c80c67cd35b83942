"""Votes, questions and answers: the inbox of each department."""
