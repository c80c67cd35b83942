"""Where the files' side remembers a value between two runs; the catalogue is such a place."""

from __future__ import annotations

from typing import Protocol


class Memory(Protocol):
    """Values by name; None for what was never set."""

    def state(self, name: str) -> str | None:
        """The value that was set last."""

    def set_state(self, name: str, value: str) -> None:
        """Remember it."""

    def end_state(self, name: str, value: str) -> None:
        """Forget it, unless it is another one by now."""
