"""What the files say, as rows: found by id, path, department, keyword."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import (
    ColumnElement,
    Engine,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)

from kb.cache import Cache
from kb.catalogue.cross_faults import CrossRow, SearchTest
from kb.catalogue.listings import (
    Card,
    Category,
    KeywordCount,
    Listing,
    Stamp,
    card_from,
    procedure_of,
)
from kb.catalogue.sql import recording
from kb.database import (
    addresses,
    catalogue_state,
    procedure_keywords,
    procedure_names,
    reading,
    shown_files,
    writing,
)
from kb.database import procedures as table
from kb.documents.front_matter import linked
from kb.documents.markdown.links import NAMED, Link, candidates
from kb.documents.reading import Filed
from kb.documents.source.relinking import mentions
from kb.documents.text.plain_text import folded, sortable
from kb.procedures.model import KEPT_BACK, UNASSIGNED, Fault, Keyword, Procedure, Status
from kb.procedures.visibility import Reader
from kb.storage.files.library import FileStamp

_WRITING = "catalogue"
_CARDS = 2_000  # kept
_STAMPS = select(
    table.c.path,
    table.c.size,
    table.c.modified_ns,
    table.c.version,
    table.c.fingerprint,
    table.c.id,
)
# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_BY_IDS = select(table).where(table.c.id.in_(bindparam("ids", expanding=True)))
_CHANGED = select(table.c.id).where(
    table.c.id.in_(bindparam("ids", expanding=True)), table.c.changed_since
)
# Where several are called so, the one whose way is shortest comes last, and so is taken.
_BY_NAMES = (
    select(procedure_names.c.name, table.c.id)
    .join(table, table.c.path == procedure_names.c.path)
    .where(procedure_names.c.name.in_(bindparam("names", expanding=True)))
    .order_by(func.length(table.c.path).desc(), table.c.path.desc())
)
_SHOWING = (
    select(table.c.status, table.c.department)
    .join(shown_files, shown_files.c.path == table.c.path)
    .where(shown_files.c.file == bindparam("file"))
    .distinct()
)
_STATE = select(catalogue_state.c.value).where(catalogue_state.c.name == bindparam("name"))


class Catalogue:
    """The procedures table. Pages count from 1. Every list takes the reader it is for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cards: Cache[tuple[str, str], Card] = Cache(_CARDS)

    def generation(self) -> str:
        """Another one after every change of the catalogue: what was made from it is then old."""
        return self.state(recording.GENERATION) or ""

    def remembered(self, id: str, generation: str) -> Card | None:
        """`get`, without a statement where the card was asked for in this generation before."""
        card = self._cards.get((generation, id))
        if card is None and (card := self.get(id)) is not None:
            self._cards.put((generation, id), card)
        return card

    def get(self, id: str) -> Card | None:
        """The procedure of that id."""
        return self.by_ids([id]).get(id)

    def by_ids(self, ids: Collection[str]) -> dict[str, Card]:
        """Those of the ids that there are."""
        if not ids:
            return {}
        with reading(self._engine) as connection:
            return {
                row.id: card_from(row)
                for some in recording.chunks(set(ids))
                for row in connection.execute(_BY_IDS, {"ids": list(some)})
            }

    def at_path(self, path: str) -> str | None:
        """The id of what is, or once was, at `path`; also the id that replaced a former id.

        A name, as kb/documents/markdown/links.py makes them, is looked up likewise.
        """
        return self.at_paths([path]).get(path)

    def at_paths(self, paths: Collection[str]) -> dict[str, str]:
        """`at_path` of many at once."""
        once = select(addresses.c.path, addresses.c.procedure_id).join(
            table, table.c.id == addresses.c.procedure_id
        )
        now = select(table.c.path, table.c.id)
        found: dict[str, str] = {}
        if not paths:
            return found
        with reading(self._engine) as connection:
            for some in recording.chunks(set(paths)):
                found |= dict(connection.execute(once.where(addresses.c.path.in_(some))).all())
                found |= dict(connection.execute(now.where(table.c.path.in_(some))).all())
            for some in recording.chunks({one for one in paths if one.startswith(NAMED)}):
                found |= dict(connection.execute(_BY_NAMES, {"names": some}).all())
        return found

    def in_department(self, department: str, reader: Reader, page: int, per_page: int) -> Listing:
        """A department's procedures by title."""
        return self._listing(
            and_(_findable(reader), table.c.department == department), page, per_page
        )

    def titles(
        self, reader: Reader, letter: str | None = None, page: int = 1, per_page: int = 50
    ) -> Listing:
        """All by title; with `letter` (as `letters` names them) those that begin with it."""
        wanted = _findable(reader)
        if letter is not None:
            firsts = [first for first in self._firsts(reader) if _letter(first) == letter]
            wanted = and_(wanted, func.substr(table.c.sort_title, 1, 1).in_(firsts))
        return self._listing(wanted, page, per_page)

    def letters(self, reader: Reader) -> dict[str, int]:
        """Upper-case first letters of titles and their counts; "#" is all that is no letter."""
        counts: dict[str, int] = {}
        for first, number in self._firsts(reader).items():
            counts[_letter(first)] = counts.get(_letter(first), 0) + number
        return dict(sorted(counts.items()))

    def departments(self, reader: Reader) -> dict[str, int]:
        """How many procedures each department has."""
        query = select(table.c.department, func.count()).where(_findable(reader))
        with reading(self._engine) as connection:
            return dict(connection.execute(query.group_by(table.c.department)).all())

    def categories(self, reader: Reader) -> tuple[Category, ...]:
        """The categories of keywords, by name."""
        words = procedure_keywords
        query = (
            select(func.min(words.c.keyword), func.count(words.c.path.distinct()))
            .join(table, table.c.path == words.c.path)
            .where(_findable(reader), words.c.category.is_not(None))
            .group_by(words.c.category)
            .order_by(words.c.category)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(Category(Keyword(word).category or word, number) for word, number in rows)

    def keywords(self, reader: Reader, category: str | None = None) -> tuple[KeywordCount, ...]:
        """The keywords of a category (any case); without one, those that have no category."""
        words = procedure_keywords
        of_category = words.c.category == (None if category is None else folded(category))
        query = (
            select(func.min(words.c.keyword), words.c.folded, func.count())
            .join(table, table.c.path == words.c.path)
            .where(_findable(reader), of_category)
            .group_by(words.c.folded)
            .order_by(words.c.folded)
        )
        with reading(self._engine) as connection:
            return tuple(KeywordCount(*row) for row in connection.execute(query))

    def matching_keywords(self, text: str, reader: Reader, n: int) -> tuple[KeywordCount, ...]:
        """The `n` most used keywords with that text in them; those that begin with it first."""
        words = procedure_keywords
        wanted = folded(text)
        begins = words.c.folded.startswith(wanted, autoescape=True)
        query = (
            select(func.min(words.c.keyword), words.c.folded, func.count())
            .join(table, table.c.path == words.c.path)
            .where(_findable(reader), words.c.folded.contains(wanted, autoescape=True))
            .group_by(words.c.folded)
            .order_by(begins.desc(), func.count().desc(), words.c.folded)
            .limit(n)
        )
        with reading(self._engine) as connection:
            return tuple(KeywordCount(*row) for row in connection.execute(query))

    def with_keyword(self, name: str, reader: Reader, page: int, per_page: int) -> Listing:
        """The procedures of a keyword, in any case, by title."""
        words = procedure_keywords
        tagged = select(words.c.path).where(words.c.folded == folded(name))
        return self._listing(and_(_findable(reader), table.c.path.in_(tagged)), page, per_page)

    def faulty(self, departments: frozenset[str] | None, page: int, per_page: int) -> Listing:
        """Those with faults, by path; of all departments when `departments` is None."""
        wanted: ColumnElement[bool] = table.c.faulty
        if departments is not None:
            wanted = and_(wanted, table.c.department.in_(departments))
        return self._listing(wanted, page, per_page, table.c.path)

    def unassigned(self) -> list[tuple[str, str | None]]:
        """The path and the owner of each that is of no department."""
        query = select(table.c.path, table.c.owner).where(table.c.department == UNASSIGNED)
        with reading(self._engine) as connection:
            return [(row.path, row.owner) for row in connection.execute(query)]

    def recent(self, reader: Reader, n: int) -> tuple[Procedure, ...]:
        """The `n` most recently reviewed."""
        query = select(table).where(_findable(reader), table.c.reviewed.is_not(None))
        query = query.order_by(table.c.reviewed.desc(), table.c.sort_title).limit(n)
        with reading(self._engine) as connection:
            return tuple(procedure_of(row) for row in connection.execute(query))

    def changed_since(self, ids: Collection[str]) -> frozenset[str]:
        """Those of the ids, of one page, that say something else than when they were reviewed."""
        if not ids:
            return frozenset()
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(_CHANGED, {"ids": list(ids)}))

    def related(self, procedure: Procedure, reader: Reader) -> tuple[Procedure, ...]:
        """What its `related` names, in that order; ids and paths; unknown ones left out."""
        found = self._named(procedure.related, procedure.path)
        shown = [one for one in found if reader.may_find(one) and one.id != procedure.id]
        return tuple(dict.fromkeys(shown))

    def successor(self, procedure: Procedure, reader: Reader) -> Procedure | None:
        """What replaces a retired one, as far as replacements lead; None where nothing does."""
        seen = {procedure.id}
        found: Procedure | None = None
        while procedure.status is Status.RETIRED and procedure.successor:
            following = self._named([procedure.successor], procedure.path)
            if not following or following[0].id in seen or not reader.may_read(following[0]):
                break
            found = procedure = following[0]
            seen.add(procedure.id)
        return found

    def shows(self, file: str, reader: Reader) -> bool | None:
        """Does something that this reader may read show the file? None: nothing at all does."""
        with reading(self._engine) as connection:
            rows = connection.execute(_SHOWING, {"file": file}).all()
        if not rows:
            return None
        return any(reader.admits(Status(row.status), row.department) for row in rows)

    def files_shown(self) -> frozenset[str]:
        """The files that some procedure shows or links to, there or not."""
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(select(shown_files.c.file).distinct()))

    def shown_by(self, file: str) -> frozenset[str]:
        """The departments whose procedures show the file, or would if it were there."""
        with reading(self._engine) as connection:
            rows = connection.execute(_SHOWING, {"file": file})
            return frozenset(row.department for row in rows)

    def shown_by_others(self, file: str, path: str) -> bool:
        """Does anything but the procedure at that path show the file?"""
        which = (shown_files.c.file == file) & (shown_files.c.path != path)
        with reading(self._engine) as connection:
            return connection.scalar(select(shown_files.c.path).where(which).limit(1)) is not None

    def departments_in(self, folder: str) -> frozenset[str]:
        """The departments whose procedures lie in that very folder."""
        below = table.c.path.startswith(f"{folder}/", autoescape=True)
        with reading(self._engine) as connection:
            rows = connection.execute(select(table.c.path, table.c.department).where(below)).all()
        return frozenset(row.department for row in rows if posixpath.dirname(row.path) == folder)

    def linking_to(self, path: str) -> list[str]:
        """The other files with a link that may lead to `path`."""
        query = select(table.c.path, table.c.links, table.c.related, table.c.successor)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(table.c.path != path)).all()
        return [
            row.path
            for row in rows
            if mentions(
                [*(target for _, target in row.links), *row.related, row.successor or ""],
                row.path,
                path,
            )
        ]

    def _named(self, names: Collection[str], path: str) -> list[Procedure]:
        """The procedures of these ids or paths, as written in the file at `path`."""
        base = f"{posixpath.dirname(path)}/x.md"
        paths = {name: (name, *candidates(name, base)) for name in names}
        at = self.at_paths({each for some in paths.values() for each in some})
        ids = {
            name: next((at[each] for each in some if each in at), name)
            for name, some in paths.items()
        }
        cards = self.by_ids({*names, *ids.values()})
        found = [cards.get(name) or cards.get(ids[name]) for name in names]
        return [card.procedure for card in found if card]

    def stamps(self) -> dict[str, Stamp]:
        """By path."""
        with reading(self._engine) as connection:
            return _stamps(connection.execute(_STAMPS))

    def stamps_of(self, paths: Collection[str]) -> dict[str, Stamp]:
        """Those of the paths that there are."""
        found: dict[str, Stamp] = {}
        with reading(self._engine) as connection:
            for some in recording.chunks(paths):
                found |= _stamps(connection.execute(_STAMPS.where(table.c.path.in_(some))))
        return found

    def record(
        self, files: Collection[tuple[FileStamp, Filed]], gone: Collection[str] = ()
    ) -> None:
        """Enter or replace files in one transaction.

        Ids stay unique: `stamps()` tells afterwards which other files' ids, and so fingerprints,
        had to change. A new file without an id of its own, with the bytes of a file in `gone`,
        takes over that one's id. Afterwards `remove(gone)`.
        """
        with writing(self._engine, _WRITING) as connection:
            recording.enter(connection, files, gone)
            recording.move_on(connection)

    def remove(self, paths: Collection[str]) -> None:
        """Forget files; others whose id they had taken get it back."""
        if paths:
            with writing(self._engine, _WRITING) as connection:
                recording.forget(connection, paths)
                recording.move_on(connection)

    def record_cross_faults(self, faults: Iterable[Fault]) -> None:
        """Keep the faults found across files beside each file's own, for its card."""
        found: dict[str, list[dict[str, Any]]] = {}
        for fault in faults:
            found.setdefault(fault.path, []).append(asdict(fault))
        query = select(table.c.path, table.c.faults, table.c.cross_faults, table.c.faulty)
        with writing(self._engine, _WRITING) as connection:
            changed = False
            for path, own, before, faulty in connection.execute(query).all():
                across = found.get(path, [])
                if (across, bool(own or across)) != (before, faulty):
                    values = {"cross_faults": across, "faulty": bool(own or across)}
                    connection.execute(update(table).where(table.c.path == path).values(values))
                    changed = True
            if changed:
                recording.move_on(connection)

    def state(self, name: str) -> str | None:
        """A remembered value, e.g. what the last refresh saw."""
        with reading(self._engine) as connection:
            value: str | None = connection.scalar(_STATE, {"name": name})
        return value

    def set_state(self, name: str, value: str) -> None:
        """Remember a value under a name of at most 40 characters."""
        with writing(self._engine, _WRITING) as connection:
            recording.remember(connection, name, value)

    def end_state(self, name: str, value: str) -> None:
        """Forget it, unless it is another one by now."""
        mine = (catalogue_state.c.name == name) & (catalogue_state.c.value == value)
        with writing(self._engine, _WRITING) as connection:
            connection.execute(delete(catalogue_state).where(mine))

    def cross_rows(self) -> Iterator[CrossRow]:
        """Light rows of everything, by path. `id` is the one that the file wants."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(table).order_by(table.c.path)).all()
            named = connection.execute(select(procedure_names)).all()
        names: dict[str, set[str]] = {}
        for path, name in named:
            names.setdefault(path, set()).add(name)
        for row in rows:
            yield replace(_cross_row(row), names=frozenset(names.get(row.path, ())))

    def alike(self, id: str, title: str) -> tuple[CrossRow, ...]:
        """Those that have, or want, this id, or have this title."""
        wanted = or_(table.c.wanted_id == id, table.c.sort_title == sortable(title))
        with reading(self._engine) as connection:
            return tuple(map(_cross_row, connection.execute(select(table).where(wanted))))

    def search_tests(self) -> tuple[SearchTest, ...]:
        """Every search that a procedure in service names in `finds`, by path."""
        query = select(
            *(table.c[name] for name in ("path", "id", "title", "department", "status")),
            *(table.c[name] for name in ("finds", "lines")),
        ).where(cast(table.c.finds, Text) != "[]", table.c.status != Status.RETIRED.value)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.path)).all()
        return tuple(
            SearchTest(
                query=text,
                path=row.path,
                id=row.id,
                title=row.title,
                department=row.department,
                draft=Status(row.status).kept_back,
                line=row.lines.get("finds", 1),
            )
            for row in rows
            for text in row.finds
        )

    def _firsts(self, reader: Reader) -> dict[str, int]:
        first = func.substr(table.c.sort_title, 1, 1)
        query = select(first, func.count()).where(_findable(reader)).group_by(first)
        with reading(self._engine) as connection:
            return dict(connection.execute(query).all())

    def _listing(
        self,
        wanted: ColumnElement[bool],
        page: int,
        per_page: int,
        order: ColumnElement[Any] = table.c.sort_title,
    ) -> Listing:
        query = select(table).where(wanted).order_by(order, table.c.path)
        query = query.offset((page - 1) * per_page).limit(per_page)
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(table).where(wanted))
            rows = connection.execute(query).all()
        return Listing(tuple(card_from(row) for row in rows), total or 0)


def _findable(reader: Reader) -> ColumnElement[bool]:
    """`Reader.may_find` as SQL."""
    own = table.c.department.in_(reader.drafts_of)
    return or_(
        table.c.status == Status.PUBLISHED.value,
        and_(table.c.status.in_(KEPT_BACK), own),
    )


def _stamps(rows: Iterable[Any]) -> dict[str, Stamp]:
    return {
        path: Stamp(size, int(modified), version, fingerprint, id)
        for path, size, modified, version, fingerprint, id in rows
    }


def _letter(first: str) -> str:
    return first.upper() if first.isalpha() else "#"


def _cross_row(row: Any) -> CrossRow:
    return CrossRow(
        path=row.path,
        id=row.wanted_id,
        title=row.title,
        links=tuple(Link(line, target) for line, target in row.links),
        places=frozenset(row.places),
        linked=linked(row),
        department=row.department,
        owner=row.owner,
        deputy=row.deputy,
        reviewed=row.reviewed,
        due=row.due,
        status=Status(row.status),
        named=row.named,
        holds=row.id == row.wanted_id,
        lines=row.lines,
    )
