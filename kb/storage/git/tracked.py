"""What the git command says of files: asked where libgit2 does not tell, and seldom."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection
from pathlib import Path

_PATIENCE = 60  # seconds
_AT_ONCE = 500


def tracked(content: Path, paths: Collection[str]) -> list[tuple[str, str]] | None:
    """(Tag, path) of those that git tracks, as `git ls-files -v` has them; None without git.

    "S" is not checked out, a small letter is taken for unchanged.
    """
    found: list[tuple[str, str]] = []
    listed = sorted(paths)
    for start in range(0, len(listed), _AT_ONCE):
        said = _asked(content, listed[start : start + _AT_ONCE])
        if said is None:
            return None
        lines = filter(None, said.decode("utf-8", "surrogateescape").split("\0"))
        found += [(line[0], line[2:]) for line in lines]
    return found


def _asked(content: Path, paths: list[str]) -> bytes | None:
    command = ["git", "-C", str(content), "--literal-pathspecs", "ls-files", "-v", "-z", "--"]
    environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            [*command, *paths],
            check=False,
            capture_output=True,
            timeout=_PATIENCE,
            env=environ,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
