"""Who changed what, when and why, and what the site had at a time. The SQL of the history.

The table is derived from git and disposable, as the catalogue is (kb/versions/sql/chronicle.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, Select, and_, bindparam, case, func, or_, select

from kb.database import erasures, procedures, reading
from kb.database import versions as table
from kb.procedures.model import KEPT_BACK, Procedure, Status
from kb.procedures.visibility import Reader
from kb.versions.lineage import GONE

_CHUNK = 500
NOTABLE = "notable"  # the kind of what its author found worth telling people


class Version(Struct, frozen=True):
    """A procedure as one commit left it. `status` is a Status, or "removed".

    `at` is when its author wrote it; `live_from` since when the site had it, or None for what was
    only ever on a branch. `until` is the id of the version that replaced it there. `kind` is
    "minor", "notable" or None: not said.
    """

    id: int
    line: int
    path: str
    procedure_id: str
    commit: str
    blob: str
    version: str
    title: str
    department: str
    status: str
    author_name: str
    author_email: str
    at: datetime
    note: str
    kind: str | None
    live_from: datetime | None
    until: int | None

    @property
    def removed(self) -> bool:
        """Was the file taken away?"""
        return self.status == GONE

    @property
    def short(self) -> str:
        """The commit, as it stands in addresses."""
        return self.commit[:12]


class VersionList(Struct, frozen=True):
    """One page of versions; `total` counts all pages'."""

    versions: tuple[Version, ...]
    total: int


class Then(Struct, frozen=True):
    """A version that the site had at a time, and the procedure's id today; None: it is gone."""

    version: Version
    procedure_id: str | None


class SiteAsOf(Struct, frozen=True):
    """What the site had at a time: one page of it, and how many in each department."""

    texts: tuple[Then, ...]
    counts: dict[str, int]

    @property
    def by_department(self) -> list[tuple[str, list[Then]]]:
        """The texts of this page, grouped."""
        grouped = groupby(self.texts, key=lambda then: then.version.department)
        return [(department, list(texts)) for department, texts in grouped]


class Versions:
    """The versions table. Pages count from 1. Every look takes the reader it is for.

    Who may not read the procedure as it is now is kept out before; here it is decided which of
    its versions they see: what was published or retired on the site, and all of the departments
    whose drafts are theirs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, procedure: Procedure, reader: Reader, page: int, per_page: int) -> VersionList:
        """Its versions, newest first."""
        wanted = and_(table.c.line == _line_of(procedure.path), _visible(reader.drafts_of))
        query = select(table, func.count().over().label("total")).where(wanted)
        query = query.order_by(table.c.id.desc()).offset((page - 1) * per_page).limit(per_page)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            if not rows and page > 1:
                count = select(func.count()).select_from(table).where(wanted)
                return VersionList((), connection.scalar(count) or 0)
        return VersionList(tuple(map(_version, rows)), rows[0].total if rows else 0)

    def get(self, procedure: Procedure, commit: str, reader: Reader) -> Version | None:
        """The version of that commit, which may be given by its first digits."""
        wanted = table.c.commit.startswith(commit, autoescape=True)
        return self._newest(and_(_of(procedure, reader), wanted))

    def newest(self, procedure: Procedure, reader: Reader) -> Version | None:
        """What the site has of it, as far as git knows."""
        asked = {"path": procedure.path, "drafts": list(reader.drafts_of)}
        with reading(self._engine) as connection:
            row = connection.execute(_NEWEST, asked).one_or_none()
        return None if row is None else _version(row)

    def noted(self, procedure: Procedure, note: str, reader: Reader) -> Version | None:
        """The newest that carries exactly this note."""
        return self._newest(and_(_of(procedure, reader), _on_site(), table.c.note == note))

    def before(self, version: Version, reader: Reader) -> Version | None:
        """The version that came before."""
        earlier = and_(table.c.line == version.line, table.c.id < version.id)
        return self._newest(and_(earlier, _visible(reader.drafts_of), table.c.blob != ""))

    def as_of(self, procedure: Procedure, at: datetime, reader: Reader) -> Version | None:
        """The version that the site had at that time: it may be a draft, or a removal."""
        line = table.c.line == _line_of(procedure.path)
        found = self._newest(and_(line, _on_site(), table.c.id <= _taken_in_by(at)))
        return found if found and may_see(reader, found) else None

    def at(self, procedure_id: str, version: str) -> Version | None:
        """The version of those bytes (`Procedure.version`), for who was shown it then."""
        path = select(procedures.c.path).where(procedures.c.id == procedure_id).scalar_subquery()
        line = or_(table.c.line == _line_of(path), table.c.procedure_id == procedure_id)
        return self._newest(and_(line, table.c.version == version, _not_erased()))

    def oldest_first(self, procedure: Procedure, reader: Reader, most: int) -> list[Version]:
        """The newest `most` of what it said on the site, the oldest of them first."""
        wanted = and_(_of(procedure, reader), _on_site(), table.c.blob != "")
        query = select(table).where(wanted).order_by(table.c.id.desc()).limit(most)
        with reading(self._engine) as connection:
            return [_version(row) for row in connection.execute(query)][::-1]

    def first(self, procedure: Procedure, reader: Reader) -> Version | None:
        """What the site had of it first, as far as this reader may see."""
        wanted = and_(_of(procedure, reader), _on_site(), table.c.blob != "")
        with reading(self._engine) as connection:
            row = connection.execute(
                select(table).where(wanted).order_by(table.c.id).limit(1)
            ).first()
        return _version(row) if row else None

    def shelf(
        self,
        at: datetime,
        reader: Reader,
        departments: list[str],
        page: int,
        per_page: int,
        only: str | None = None,
    ) -> SiteAsOf:
        """All that was published at that time, by department (in that order) and title.

        What has since become a draft, or was removed, is seen by the departments whose it is.
        """
        query, now = _published_then(at, reader)
        counted = query.with_only_columns(table.c.department, func.count())
        listed = query.add_columns(now.label("now")).order_by(
            case(
                {name: n for n, name in enumerate(departments)}, value=table.c.department, else_=-1
            )
            if departments
            else table.c.department,
            table.c.department,
            table.c.sort_title,
            table.c.id,
        )
        if only is not None:
            listed = listed.where(table.c.department == only)
        listed = listed.offset((page - 1) * per_page).limit(per_page)
        with reading(self._engine) as connection:
            counts: dict[str, int] = dict(
                connection.execute(counted.group_by(table.c.department)).all()
            )
            rows = connection.execute(listed).all()
        return SiteAsOf(tuple(Then(_version(row), row.now) for row in rows), counts)

    def told_since(
        self, since: datetime, reader: Reader, page: int = 1, per_page: int = 1_000
    ) -> tuple[tuple[Then, ...], int]:
        """What was worth telling people and this reader may find, newest first; a page and how

        many there are in all.
        """
        query = select(table, _HEAD_NOW.c.id.label("now"), func.count().over().label("total"))
        query = query.select_from(_WITH_NOW).where(_worth_telling(since), _findable_now(reader))
        query = query.order_by(table.c.id.desc()).offset((page - 1) * per_page).limit(per_page)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        total = rows[0].total if rows else 0
        return tuple(Then(_version(row), row.now) for row in rows), total

    def told_when(self, ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        """When the last version of each that was worth telling people went up, if later."""
        last, found = func.max(table.c.live_from), dict[str, datetime]()
        query = select(table.c.procedure_id, last).where(
            table.c.kind == NOTABLE,
            table.c.live_from > since,
            table.c.status == Status.PUBLISHED.value,
        )
        with reading(self._engine) as connection:
            for start in range(0, len(ids), _CHUNK):
                some = table.c.procedure_id.in_(ids[start : start + _CHUNK])
                rows = connection.execute(query.where(some).group_by(table.c.procedure_id))
                found |= dict(rows.all())
        return found

    def told_of(self, procedure: Procedure, since: datetime) -> Version | None:
        """The newest that was worth telling people."""
        with reading(self._engine) as connection:
            row = connection.execute(_TOLD, {"path": procedure.path, "since": since}).one_or_none()
        return None if row is None else _version(row)

    def _newest(self, wanted: ColumnElement[bool]) -> Version | None:
        query = select(table).where(wanted).order_by(table.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _version(row)


_HERE = table.alias()


def _on_site() -> ColumnElement[bool]:
    return table.c.live_from.is_not(None)


def _not_erased() -> ColumnElement[bool]:
    """Of what was erased for good, only the trace is told, and that elsewhere."""
    return table.c.procedure_id.not_in(select(erasures.c.procedure_id))


def _line_of(path: Any) -> ColumnElement[int]:
    """The line of the file that stands at a path now."""
    here = _HERE
    return (
        select(here.c.line)
        .where(here.c.path == path, here.c.until.is_(None), here.c.live_from.is_not(None))
        .order_by(here.c.blob == "", here.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _of(procedure: Procedure, reader: Reader) -> ColumnElement[bool]:
    return and_(table.c.line == _line_of(procedure.path), _visible(reader.drafts_of))


def _visible(drafts_of: Any) -> ColumnElement[bool]:
    """`may_see` as SQL."""
    public = and_(_on_site(), table.c.status.not_in(KEPT_BACK))
    return or_(public, table.c.department.in_(drafts_of))


def may_see(reader: Reader, version: Version) -> bool:
    """May this person see that version of a procedure which they may read as it is now?"""
    public = version.live_from is not None and version.status not in KEPT_BACK
    return public or version.department in reader.drafts_of


def _taken_in_by(at: datetime) -> ColumnElement[int]:
    """The last version that the site had taken in by that time."""
    here = table.alias()
    newest = select(func.coalesce(func.max(here.c.id), 0)).where(here.c.live_from <= at)
    return newest.scalar_subquery()


def _published_then(at: datetime, reader: Reader) -> tuple[Select[Any], ColumnElement[str]]:
    """The versions that the site had, as far as this reader may see the procedures today."""
    head, taken_in = table.alias("head"), _taken_in_by(at)
    now = procedures
    lines = table.outerjoin(
        head,
        and_(head.c.line == table.c.line, head.c.until.is_(None), head.c.live_from.is_not(None)),
    ).outerjoin(now, and_(now.c.path == head.c.path, head.c.blob != ""))
    readable = case(
        (now.c.path.is_(None), table.c.department.in_(reader.drafts_of)),
        (now.c.status.in_(KEPT_BACK), now.c.department.in_(reader.drafts_of)),
        else_=True,
    )
    query = (
        select(table)
        .select_from(lines)
        .where(
            _on_site(),
            table.c.id <= taken_in,
            or_(table.c.until.is_(None), table.c.until > taken_in),
            table.c.status == Status.PUBLISHED.value,
            readable,
            _not_erased(),
        )
    )
    return query, now.c.id


def _worth_telling(since: Any) -> ColumnElement[bool]:
    published = table.c.status == Status.PUBLISHED.value
    return and_(table.c.kind == NOTABLE, table.c.live_from >= since, published)


_HEAD, _HEAD_NOW = table.alias("head"), procedures.alias("now")
_WITH_NOW = table.join(
    _HEAD,
    and_(_HEAD.c.line == table.c.line, _HEAD.c.until.is_(None), _HEAD.c.live_from.is_not(None)),
).join(_HEAD_NOW, and_(_HEAD_NOW.c.path == _HEAD.c.path, _HEAD.c.blob != ""))


def _findable_now(reader: Reader) -> ColumnElement[bool]:
    """`Reader.may_find` as SQL, of the procedure as it is now."""
    now = _HEAD_NOW
    own = and_(now.c.status.in_(KEPT_BACK), now.c.department.in_(reader.drafts_of))
    return or_(now.c.status == Status.PUBLISHED.value, own)


def _version(row: Any) -> Version:
    return Version(**{name: getattr(row, name) for name in Version.__struct_fields__})


# Made once: every procedure's page asks it.
_NEWEST = (
    select(table)
    .where(
        table.c.line == _line_of(bindparam("path")),
        _visible(bindparam("drafts", expanding=True)),
        _on_site(),
    )
    .order_by(table.c.id.desc())
    .limit(1)
)
_TOLD = (
    select(table)
    .where(table.c.line == _line_of(bindparam("path")), _worth_telling(bindparam("since")))
    .order_by(table.c.id.desc())
    .limit(1)
)
