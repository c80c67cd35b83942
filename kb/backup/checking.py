"""Whether a backup is whole: its checksums, the database in it, and the history in it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from kb.backup.archive import (
    CONTENT,
    DATABASE,
    FORMAT,
    HISTORY,
    About,
    Contents,
    Damaged,
    about_of,
    read_through,
)
from kb.database import Unreadable, migration_in, newest_migration
from kb.storage.git.repository import is_clone
from kb.storage.git.soundness import lacking


class Checked(Struct, frozen=True):
    """A backup that is whole. `faults` are sentences about what was not well where it was made."""

    about: About
    files: int
    size: int
    faults: tuple[str, ...]


def verify(file: Path, scratch: Path | None = None) -> Checked:
    """Read all of it. Raises Damaged, and OSError where it cannot be read.

    The database and the history are unpacked below `scratch` meanwhile, else where temporary files
    go.
    """
    ensure_fits(about_of(file))
    with TemporaryDirectory(prefix="kb-verify-", dir=scratch) as name:
        folder = Path(name)
        found = read_through(file, lambda it: folder / it if _is_looked_into(it) else None)
        return checked(found, folder / DATABASE, folder / CONTENT, folder / HISTORY)


def checked(found: Contents, database: Path, content: Path, history: Path) -> Checked:
    """What was unpacked, looked into. Raises Damaged."""
    try:
        migration_in(database)
    except Unreadable as error:
        raise Damaged(f"{error.strerror}") from error
    repositories = [("var/history.git", history)] if history.exists() else []
    if is_clone(content):
        repositories.append(("the repository of content/", content / ".git"))
    said = [(name, lacking(folder)) for name, folder in repositories]
    faults = (f"The history in {name} is not whole: {why}." for name, why in said if why)
    return Checked(
        about=found.about,
        files=len(found.manifest.files),
        size=found.size,
        faults=(*found.manifest.faults, *faults),
    )


def ensure_fits(about: About) -> None:
    """Raises Damaged for one that this kb cannot read, which a newer one made."""
    if about.format > FORMAT or about.migration > newest_migration():
        raise Damaged(
            f"kb {about.kb} made it, with a newer database ({about.migration}): install that one"
        )


def _is_looked_into(name: str) -> bool:
    return name == DATABASE or name.startswith((f"{HISTORY}/", f"{CONTENT}/.git/"))
