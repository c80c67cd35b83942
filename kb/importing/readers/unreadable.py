"""Why a file cannot be brought in, as a sentence that says what to do."""

from __future__ import annotations


class UnreadableFile(ValueError):
    """Nothing of the file is brought in. Its text is for the person who chose it."""
