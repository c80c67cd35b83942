"""What refreshing enters into the catalogue: rows, the ids that files share, old addresses."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from kb.database import (
    addresses,
    catalogue_state,
    procedure_keywords,
    procedure_names,
    shown_files,
    versions,
)
from kb.database import procedures as table
from kb.documents.front_matter import FIELDS
from kb.documents.reading import Filed
from kb.documents.sync_copies import original_of
from kb.documents.text.plain_text import folded, sortable
from kb.procedures import review_dates
from kb.procedures.model import Procedure
from kb.storage.files.library import FileStamp

_CHUNK = 500
GENERATION = "generation"


def enter(
    connection: Connection, files: Collection[tuple[FileStamp, Filed]], gone: Collection[str]
) -> None:
    """Enter or replace rows; then settle which file has which id."""
    paths = [stamp.path for stamp, _ in files]
    before = _rows(connection, paths)
    heirs = _heirs(connection, files, before, gone)
    rows = [_row(stamp, filed, before.get(stamp.path), heirs) for stamp, filed in files]
    _write(connection, rows, before)
    _write_keywords(connection, files)
    _write_files(connection, files)
    _write_names(connection, files)
    wanted = {row["wanted_id"] for row in rows}
    settle(connection, wanted | {row.wanted_id for row in before.values()}, gone)
    _date_reviews(connection, paths)
    _remember_addresses(connection, paths, {path: row.id for path, row in before.items()})
    note_changes(connection, paths)


def note_changes(connection: Connection, paths: Collection[str]) -> None:
    """Which of these say something else than when they were reviewed, as far as history knows."""
    standing = (versions.c.until.is_(None), versions.c.live_from.is_not(None))
    changed = exists().where(
        versions.c.path == table.c.path, *standing, versions.c.words != versions.c.vouched
    )
    found = 0
    for chunk in chunks(paths):
        other = and_(table.c.path.in_(chunk), table.c.changed_since != changed)
        done = connection.execute(update(table).where(other).values(changed_since=changed))
        found += done.rowcount
    if found:
        move_on(connection)


def move_on(connection: Connection) -> None:
    """Another generation: what was made from the catalogue before is old now."""
    remember(connection, GENERATION, secrets.token_hex(8))


def forget(connection: Connection, paths: Collection[str]) -> None:
    """Remove rows; an id that another file also wanted goes to that one."""
    freed = {row.wanted_id for row in _rows(connection, paths).values()}
    for chunk in chunks(paths):
        connection.execute(delete(table).where(table.c.path.in_(chunk)))
    settle(connection, freed)


def remember(connection: Connection, name: str, value: str) -> None:
    """Keep a value of the catalogue's own."""
    connection.execute(delete(catalogue_state).where(catalogue_state.c.name == name))
    connection.execute(insert(catalogue_state).values(name=name, value=value))


def settle(connection: Connection, wanted: Iterable[str], gone: Collection[str] = ()) -> None:
    """Give each wanted id to one file: named before derived, who has it before who wants it.

    The others get the id with -2, -3 …; a file that is `gone` yields to all.
    """
    absent = set(gone)
    open_ids = set(wanted)
    while open_ids:
        displaced: set[str] = set()
        for wanted_id, claimants in _claims(connection, open_ids).items():
            claimants.sort(key=partial(_claim, wanted_id, absent))
            displaced |= _share_out(connection, wanted_id, claimants)
        open_ids = displaced


def _claims(connection: Connection, wanted: Iterable[str]) -> dict[str, list[Any]]:
    query = select(table.c.path, table.c.id, table.c.wanted_id, table.c.named)
    claims: dict[str, list[Any]] = {}
    for chunk in chunks(sorted(wanted)):
        for row in connection.execute(query.where(table.c.wanted_id.in_(chunk))):
            claims.setdefault(row.wanted_id, []).append(row)
    return claims


def _claim(wanted_id: str, absent: set[str], row: Any) -> tuple[bool, bool, bool, bool, str]:
    """The better claim sorts first; who has the id keeps it, or a copy could push it aside.

    What is called like a copy has it only as long as the original is not there.
    """
    is_copy = original_of(row.path) is not None
    return (row.path in absent, not row.named, is_copy, row.id != wanted_id, row.path)


def _share_out(connection: Connection, wanted_id: str, claimants: list[Any]) -> set[str]:
    """Give the claimants their ids; returns the wanted id of a file that had to let go of one."""
    if len(claimants) == 1 and claimants[0].id == wanted_id:
        return set()
    own = {row.path for row in claimants}
    displaced = _displace(connection, wanted_id, own)
    free = _free_ids(connection, wanted_id, own)
    given = [(row, wanted_id if place == 0 else next(free)) for place, row in enumerate(claimants)]
    changed = [(row, new) for row, new in given if row.id != new]
    for row, _ in changed:
        # Ids are unique at every moment: all that change let go first.
        connection.execute(update(table).where(table.c.path == row.path).values(id=_held(row.path)))
    for row, new in changed:
        connection.execute(update(table).where(table.c.path == row.path).values(id=new))
        _stamp_anew(connection, row.path, new)
    return displaced


def _displace(connection: Connection, wanted_id: str, own: set[str]) -> set[str]:
    """Take the id from a file that wanted another and only got this one (`x-2`) for want of it."""
    query = select(table.c.path, table.c.wanted_id).where(table.c.id == wanted_id)
    holders = [row for row in connection.execute(query) if row.path not in own]
    for row in holders:
        connection.execute(update(table).where(table.c.path == row.path).values(id=_held(row.path)))
    return {row.wanted_id for row in holders}


def _free_ids(connection: Connection, wanted_id: str, own: set[str]) -> Iterator[str]:
    for number in count(2):
        candidate = f"{wanted_id}-{number}"
        taken = or_(table.c.id == candidate, table.c.wanted_id == candidate)
        holders = connection.scalars(select(table.c.path).where(taken)).all()
        if set(holders) <= own:
            yield candidate


def _stamp_anew(connection: Connection, path: str, new_id: str) -> None:
    """An index entry under another id is another entry."""
    row = connection.execute(select(table.c.fingerprint).where(table.c.path == path)).one()
    fingerprint = sha256(f"{row.fingerprint} {new_id}".encode()).hexdigest()
    connection.execute(update(table).where(table.c.path == path).values(fingerprint=fingerprint))
    _date_reviews(connection, [path])


def _date_reviews(connection: Connection, paths: Collection[str]) -> None:
    """A review is due by the id that a file has, where that is not the one it wants."""
    columns = (table.c[name] for name in ("path", "id", "reviewed", "review_every"))
    another = (table.c.id != table.c.wanted_id) & table.c.reviewed.is_not(None)
    query = select(*columns).where(another, table.c.review_every.is_not(None))
    for chunk in chunks(paths):
        for row in connection.execute(query.where(table.c.path.in_(chunk))).all():
            due = review_dates.due(row.id, row.reviewed, row.review_every)
            connection.execute(update(table).where(table.c.path == row.path).values(due=due))


def _held(path: str) -> str:
    """An id for the time between two: no real one begins with a blank."""
    return f" {path}"


def _rows(connection: Connection, paths: Collection[str]) -> dict[str, Any]:
    query = select(table.c.path, table.c.id, table.c.wanted_id, table.c.named, table.c.version)
    return {
        row.path: row
        for chunk in chunks(paths)
        for row in connection.execute(query.where(table.c.path.in_(chunk)))
    }


def _heirs(
    connection: Connection,
    files: Collection[tuple[FileStamp, Filed]],
    before: dict[str, Any],
    gone: Collection[str],
) -> dict[str, str]:
    """New path → derived id of the file that had the same bytes and is gone: it was moved."""
    left = {row.version: row.wanted_id for row in _rows(connection, gone).values() if not row.named}
    moved = {}
    for stamp, filed in files:
        if stamp.path not in before and not filed.named and filed.procedure.version in left:
            moved[stamp.path] = left.pop(filed.procedure.version)
    return moved


def _row(
    stamp: FileStamp, filed: Filed, before: Any | None, heirs: dict[str, str]
) -> dict[str, Any]:
    one = filed.procedure
    wanted_id = heirs.get(one.path, one.id)
    if before is not None and not before.named and not filed.named:
        wanted_id = before.wanted_id
    fingerprint = filed.entry_fingerprint
    if wanted_id != one.id:
        fingerprint = sha256(f"{fingerprint} {wanted_id}".encode()).hexdigest()
    return {
        "path": one.path,
        "wanted_id": wanted_id,
        "named": filed.named,
        "fingerprint": fingerprint,
        "size": stamp.size,
        "modified_ns": str(stamp.times),
        "faults": [asdict(fault) for fault in filed.faults],
        "faulty": bool(filed.faults),
        "cross_faults": [],
        "links": [[link.line, link.target] for link in filed.links],
        "places": sorted(filed.places),
        "lines": filed.lines,
        **_columns(one),
        "due": replace(one, id=wanted_id).due,
    }


def _columns(one: Procedure) -> dict[str, Any]:
    said = ((field, getattr(one, name)) for name, field in FIELDS.items() if name != "id")
    kept = {field.name: field.kept(value) if field.kept else value for field, value in said}
    return kept | {
        "department": one.department[:80],
        "sort_title": sortable(one.title),
        "version": one.version,
    }


def _write(connection: Connection, rows: list[dict[str, Any]], before: dict[str, Any]) -> None:
    new = [row for row in rows if row["path"] not in before]
    taken = _ids_in_use(connection, [row["wanted_id"] for row in new])
    for row in new:
        contested = row["wanted_id"] in taken
        row["id"] = _held(row["path"]) if contested else row["wanted_id"]
        taken.add(row["wanted_id"])
    if new:
        connection.execute(insert(table), new)
    for row in rows:
        if row["path"] in before:
            # Faults across files stay as they were until they are looked for again.
            kept = {name: value for name, value in row.items() if name != "cross_faults"}
            if row["wanted_id"] != before[row["path"]].wanted_id:
                kept["id"] = _held(row["path"])  # free for another file of the same batch
            connection.execute(update(table).where(table.c.path == row["path"]).values(kept))


def _ids_in_use(connection: Connection, ids: Collection[str]) -> set[str]:
    return {
        found
        for chunk in chunks(ids)
        for found in connection.scalars(select(table.c.id).where(table.c.id.in_(chunk)))
    }


def _write_keywords(connection: Connection, files: Collection[tuple[FileStamp, Filed]]) -> None:
    words = procedure_keywords
    for chunk in chunks([stamp.path for stamp, _ in files]):
        connection.execute(delete(words).where(words.c.path.in_(chunk)))
    rows = {
        (stamp.path, folded(keyword.text)): {
            "path": stamp.path,
            "folded": folded(keyword.text),
            "keyword": keyword.text,
            "category": folded(keyword.category) if keyword.category else None,
        }
        for stamp, filed in files
        for keyword in filed.procedure.keywords
    }
    if rows:
        connection.execute(insert(words), list(rows.values()))


def _write_files(connection: Connection, files: Collection[tuple[FileStamp, Filed]]) -> None:
    for chunk in chunks([stamp.path for stamp, _ in files]):
        connection.execute(delete(shown_files).where(shown_files.c.path.in_(chunk)))
    rows = [
        {"path": stamp.path, "file": file}
        for stamp, filed in files
        for file in sorted(filed.files)
        if file.isprintable()  # no database holds the others, and no address
    ]
    if rows:
        connection.execute(insert(shown_files), rows)


def _write_names(connection: Connection, files: Collection[tuple[FileStamp, Filed]]) -> None:
    names = procedure_names
    for chunk in chunks([stamp.path for stamp, _ in files]):
        connection.execute(delete(names).where(names.c.path.in_(chunk)))
    rows = [
        {"path": stamp.path, "name": name} for stamp, filed in files for name in sorted(filed.names)
    ]
    if rows:
        connection.execute(insert(names), rows)


def _remember_addresses(
    connection: Connection, paths: Collection[str], former: dict[str, str]
) -> None:
    """Each path leads to the id that is there; an id that a file no longer has, to its new one."""
    now = {path: row.id for path, row in _rows(connection, paths).items()}
    leads = dict(now)
    for path, old in former.items():
        new = now.get(path, old)
        if new != old and not old.startswith(" "):
            leads[old] = new
            outdated = and_(addresses.c.procedure_id == old, addresses.c.path.notin_(list(leads)))
            connection.execute(update(addresses).where(outdated).values(procedure_id=new))
    for chunk in chunks(leads):
        connection.execute(delete(addresses).where(addresses.c.path.in_(chunk)))
    rows = [{"path": path, "procedure_id": leads_to} for path, leads_to in leads.items()]
    if rows:
        connection.execute(insert(addresses), rows)


def chunks(values: Iterable[str]) -> Iterable[list[str]]:
    """Databases limit how many values one statement may name."""
    listed = list(values)
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
