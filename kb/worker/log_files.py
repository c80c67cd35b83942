"""Log files that are turned over, so that they never fill the disk."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

LARGEST = 20_000_000  # bytes
KEPT = 5  # older ones


def access_log_file(var: Path) -> Path:
    """What was asked of the web server."""
    return var / "logs" / "access.log"


def turn_over(file: Path, largest: int = LARGEST) -> None:
    """Once it is large, access.log becomes access.log.1, that access.log.2, and so on."""
    with suppress(FileNotFoundError):
        if file.stat().st_size < largest:
            return
        for nth in range(KEPT - 1, 0, -1):
            with suppress(FileNotFoundError):
                _older(file, nth).replace(_older(file, nth + 1))
        file.replace(_older(file, 1))


def _older(file: Path, nth: int) -> Path:
    return file.with_name(f"{file.name}.{nth}")
