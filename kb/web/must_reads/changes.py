"""What a must-read changed, as it stands on the pages."""

from __future__ import annotations

from flask import current_app
from msgspec import Struct

from kb.must_reads.must_read import MustRead
from kb.versions.differences import Difference
from kb.versions.sql.versions import Version, may_see
from kb.web.site import access
from kb.web.site.pages import parts
from kb.web.versions import history

_KEPT = 64  # differences


class ChangeToRead(Struct, frozen=True):
    """A must-read with what it changed; `difference` is None for a new text, or a very long one."""

    must_read: MustRead
    old: Version | None
    new: Version | None
    difference: Difference | None


def change_of(found: MustRead) -> ChangeToRead:
    """The change, as far as who asks may see its versions."""
    versions, reader = parts().versions, access.reader()
    new = versions.at(found.procedure_id, found.version)
    if new is None or not may_see(reader, new):
        return ChangeToRead(found, None, None, None)
    old = versions.before(new, reader)
    return ChangeToRead(found, old, new, _difference(old, new) if old else None)


def _difference(old: Version, new: Version) -> Difference | None:
    """The same for everybody, and everybody looks at it on the same morning: kept."""
    kept: dict[tuple[str, str], Difference | None] = _kept_changes()
    key = (old.blob, new.blob)
    known = kept.get(key)
    if known is not None:  # another thread may clear them all at any time
        return known
    found = history.page_difference(old, new)
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = found
    return found


def _kept_changes() -> dict[tuple[str, str], Difference | None]:
    found: dict[tuple[str, str], Difference | None] = current_app.extensions["kb_changes"]
    return found
