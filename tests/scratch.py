"""Where tests write: in memory where there is room, as a disk is what they wait for most."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30  # bytes; a whole run has a few hundred MB at a time


def write_in_memory() -> None:
    """Temporary folders of this process and its children; whoever sets TMPDIR has chosen."""
    if "TMPDIR" not in os.environ and _fits():
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # so that it is looked up anew


def _fits() -> bool:
    """Whether there is a file system in memory with room, on which hooks of git can run."""
    if not os.access(_MEMORY, os.W_OK) or os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(_MEMORY).free > _ROOM
