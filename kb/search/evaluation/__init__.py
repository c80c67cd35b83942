"""How well search answers, and what a change would do to it."""
