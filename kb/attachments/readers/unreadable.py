"""A file that cannot be read."""

from __future__ import annotations


class UnreadableText(Exception):
    """`why` completes "it is not searched:"; `remedy` says what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


def damaged() -> UnreadableText:
    """It ends too early, or its bytes were changed."""
    remedy = "open it in the program that made it, and save it anew"
    return UnreadableText("it is damaged or was not copied whole", remedy)


def protected() -> UnreadableText:
    """A password is in the way."""
    return UnreadableText("it is protected by a password", "save it without one")
