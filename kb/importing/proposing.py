"""What would become of a file: every procedure to be, and everything to know before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.cross_faults import CrossRow, Staff, cross_faults
from kb.catalogue.listings import Card
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import headed
from kb.documents.text.plain_text import folded, slug
from kb.importing.drafting import DraftedProcedure, drafted
from kb.importing.guessing.personal_data import PersonalData, found_in
from kb.importing.mapping import FileMapping
from kb.importing.permits import Permit
from kb.importing.rows.reading import LeftOut
from kb.importing.rows.teams import SeveralTeams, Teams
from kb.importing.sheets import Workbook
from kb.importing.sql.imports import Imports, RowBefore
from kb.importing.writing_out import Placing, file_of, placing_in
from kb.procedures.model import Departments, Fault, Procedure, Status
from kb.publishing.batches import FileEdit
from kb.publishing.edits import Clash, Collision, UnusableEdit
from kb.publishing.joining import ensure_usable, joined
from kb.publishing.parts import Publishing
from kb.search.parts import Searching
from kb.search.similar.near_texts import near_texts
from kb.storage.parts import Storage


class Fate(StrEnum):
    """What becomes of a procedure."""

    NEW = "new"
    UPDATED = "updated"
    MERGED = "put together"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    LEFT = "left out"


WRITTEN = (Fate.NEW, Fate.UPDATED, Fate.MERGED)


class NearProcedure(Struct, frozen=True):
    """What a new one is nearly: a procedure by its id, or another of the same file."""

    title: str
    id: str | None = None


class ProposedFile(Struct, frozen=True):
    """One procedure to be. `base` and `text` are what the row made last time and makes now.

    `present` is the file now. `why` says why it is left out; `clash` is set for a conflict. `made`
    is what the row makes where `text` is another: the outcome of a conflict.
    """

    drafted: DraftedProcedure
    fate: Fate
    procedure: Procedure
    base: bytes
    text: bytes
    present: bytes = b""
    why: str = ""
    clash: Clash | None = None
    remarks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    near: NearProcedure | None = None
    personal: PersonalData = PersonalData()
    made: bytes = b""
    as_it_was: bool = False  # it stood so in a base that it was taken out of

    @property
    def of_the_row(self) -> bytes:
        """What the row makes now, whatever that is joined with."""
        return self.made or self.text


class ImportPreview(Struct, frozen=True):
    """All of it. `teams` counts the rows of each team that is no department here.

    `gone` are procedures whose row is not there any more.
    """

    mapping: FileMapping
    files: tuple[ProposedFile, ...]
    left_out: tuple[LeftOut, ...]
    noticed: tuple[str, ...]
    teams: Mapping[str, int]
    gone: tuple[Procedure, ...]
    personal: PersonalData
    several: Mapping[str, SeveralTeams] = MappingProxyType({})  # by what the cell says
    beside: tuple[FileEdit, ...] = ()  # what is written with them, and is no procedure

    def of(self, *fates: Fate) -> tuple[ProposedFile, ...]:
        """Those of these fates."""
        return tuple(one for one in self.files if one.fate in fates)

    @property
    def written(self) -> tuple[ProposedFile, ...]:
        """Those that are written when it is done."""
        return self.of(*WRITTEN)


class Proposing(Struct, frozen=True):
    """Looks at a file and at what is there; changes nothing."""

    storage: Storage
    catalogue: Catalogue
    search: Searching
    publishing: Publishing
    imports: Imports
    staff: Callable[[], Staff | None]

    def preview(
        self, workbook: Workbook, mapping: FileMapping, permit: Permit, today: date
    ) -> ImportPreview:
        """What would be, for who has that permit."""
        departments = self.publishing.departments()
        teams = Teams(departments, mapping)
        drafting = drafted(workbook, mapping, today)
        run = _Run(self, mapping, permit, departments, teams, drafting.procedures)
        files = tuple(self.looked_at(list(run.files()), departments, permit, today))
        return ImportPreview(
            mapping,
            files,
            drafting.left_out,
            drafting.noticed,
            dict(teams.unknown),
            tuple(run.gone(workbook)),
            found_in(text for one in files if one.personal for text in _texts(one)),
            teams.several,
        )

    def looked_at(
        self,
        files: Sequence[ProposedFile],
        departments: Departments,
        permit: Permit,
        today: date,
    ) -> Iterator[ProposedFile]:
        """With faults, near-duplicates and personal data of those that would be written."""
        faults = self._faults(files, departments, today)
        fresh = [one for one in files if one.fate is Fate.NEW]
        texts = [f"{one.drafted.title}\n{one.drafted.body()}" for one in fresh]
        sets = self.search.searcher.snapshots()
        near = near_texts(texts, sets, self.search.index.meaning, permit.reader)
        ids = {found.id for found in near.values() if found.id}
        cards = self.catalogue.by_ids(ids)
        named: dict[str, NearProcedure] = {}
        for nth, found in near.items():
            if found.id is None and found.place is not None:
                named[fresh[nth].procedure.path] = NearProcedure(fresh[found.place].drafted.title)
            elif found.id in cards:
                title = cards[found.id].procedure.title
                named[fresh[nth].procedure.path] = NearProcedure(title, found.id)
        for one in files:
            if one.fate not in WRITTEN:
                yield one
                continue
            path = one.procedure.path
            personal = found_in(_texts(one))
            yield replace(one, faults=faults.get(path, ()), near=named.get(path), personal=personal)

    def _faults(
        self, files: Iterable[ProposedFile], departments: Departments, today: date
    ) -> dict[str, tuple[Fault, ...]]:
        """What `kb check` will say of each file that would be written, by its path."""
        mine: dict[str, CrossRow] = {}
        found: dict[str, list[Fault]] = {}
        for one in files:
            if one.fate in WRITTEN:
                filed = headed(parse(one.text, one.procedure.path), departments)
                row = CrossRow.of(filed)
                mine[row.path] = replace(row, due=filed.procedure.due)
                found[row.path] = list(filed.faults)
        others = [row for row in self.catalogue.cross_rows() if row.path not in mine]
        rows = [*others, *mine.values()]
        # Of two with one title the check blames the later path; here it is the new one.
        titles = {folded(row.title): row.path for row in mine.values()}
        named = {row.path: folded(row.title) for row in others}
        for fault in cross_faults(rows, departments, self.staff(), today, None):
            path = fault.path
            if fault.code == "duplicate-title" and path in named:
                path = titles.get(named[path], path)
            if path in found:
                found[path].append(_as_of(fault, path))
        return {path: tuple(some) for path, some in found.items()}


class _Run:
    """One file against what was brought in from it before."""

    def __init__(
        self,
        parts: Proposing,
        mapping: FileMapping,
        permit: Permit,
        departments: Departments,
        teams: Teams,
        procedures: Sequence[DraftedProcedure],
    ) -> None:
        self._parts = parts
        self._mapping = mapping
        self._permit = permit
        self._departments = departments
        self._teams = teams
        self._procedures = procedures
        self._before = parts.imports.before(mapping.name)
        self._sources = parts.imports.sources(mapping.name)
        known = {row.procedure_id for row in self._before.values()} | set(self._sources.values())
        self._cards = parts.catalogue.by_ids(known)
        self._placed = [(one, *teams.of(one.first.teams)) for one in procedures]
        self._ids = self._free_ids()
        self._paths: set[str] = set()
        self._folders: dict[str, str] = {}

    def files(self) -> Iterator[ProposedFile]:
        """One for each drafted procedure. A second of the same procedure stands alone."""
        used: set[str] = set()
        for one, department, remarks in self._placed:
            card, before = self._known(one)
            if card is not None and card.procedure.id not in used:
                used.add(card.procedure.id)
                found = self._again(one, card, before, department)
            else:
                found = self._new(one, department, removed=before is not None and card is None)
            yield replace(found, remarks=(*one.noticed, *remarks))

    def gone(self, workbook: Workbook) -> Iterator[Procedure]:
        """What came from a sheet that is taken, from a row that is not there any more."""
        now = {source for one in self._procedures for source in one.sources}
        ids = {card.procedure.id for one in self._procedures if (card := self._known(one)[0])}
        taken = {sheet.name for sheet in self._mapping.sheets if sheet.taken}
        came = {row.source: row.procedure_id for row in self._before.values()}
        for source, id in (self._sources | came).items():
            sheet = source.removeprefix(f"{self._mapping.name} | ").partition(" | ")[0]
            card = self._cards.get(id)
            if card is None or source in now or id in ids or sheet not in taken:
                continue
            if card.procedure.status is not Status.RETIRED:
                ids.add(id)
                yield card.procedure

    def _known(self, one: DraftedProcedure) -> tuple[Card | None, RowBefore | None]:
        """The procedure that its rows became, and what was written then."""
        before = next((self._before[name] for name in one.sources if name in self._before), None)
        if before and before.procedure_id in self._cards:
            return self._cards[before.procedure_id], before
        id = next((self._sources[name] for name in one.sources if name in self._sources), None)
        return (self._cards.get(id) if id else None), before

    def _free_ids(self) -> dict[str, Iterator[str]]:
        """For each department the ids of what is new there, in turn."""
        wanted = Counter(department for _, department, _ in self._placed)
        ids = self._parts.publishing.new_ids
        return {one: iter(ids.next_ids(one, n)) for one, n in wanted.items()}

    def _new(self, one: DraftedProcedure, department: str, *, removed: bool) -> ProposedFile:
        publishes = self._mapping.published and self._permit.publishes(department)
        status = Status.PUBLISHED if publishes else Status.DRAFT
        placing = Placing(next(self._ids[department]), department, status, self._mapping.reviewed)
        text = file_of(one, placing)
        path = self._free_path(department, one.title)
        procedure = Procedure(placing.id, one.title, path, "", department=department, status=status)
        why = self._permit.may(procedure) or unusable(text)
        if removed and not self._overruled(one):
            why = why or "it was brought in before, and removed here since"
        return ProposedFile(one, Fate.LEFT if why else Fate.NEW, procedure, b"", text, why=why)

    def _again(
        self, one: DraftedProcedure, card: Card, before: RowBefore | None, department: str
    ) -> ProposedFile:
        procedure = card.procedure
        present = self._parts.storage.library.read(procedure.path)
        base = self._base(before)
        fallback = Placing(procedure.id, procedure.department, procedure.status)
        # A team that is named otherwise now is a change like any other.
        placing = placing_in(base or present, fallback)
        if base and self._teams.knows(one.first.teams):
            placing = replace(placing, department=department)
        text = file_of(one, placing)
        found = ProposedFile(one, Fate.UNCHANGED, procedure, base or text, text, present)
        if text in (base, present):
            return found
        if why := self._objection(procedure, text):
            return replace(found, fate=Fate.LEFT, why=why)
        return merged(found, base, overruled=self._overruled(one))

    def _base(self, before: RowBefore | None) -> bytes:
        """What the row made last time; b"" where nobody knows: any difference is a conflict."""
        try:
            return self._parts.storage.keeping.repository.bytes_of(before.blob) if before else b""
        except OSError:
            return b""

    def _objection(self, procedure: Procedure, text: bytes) -> str:
        if procedure.status is Status.RETIRED:
            return "it is retired here"
        return self._permit.may(procedure) or unusable(text)

    def _overruled(self, one: DraftedProcedure) -> bool:
        return bool(self._mapping.decided.get(one.sources[0]))

    def _free_path(self, department: str, title: str) -> str:
        folder = self._folder(department)
        start = f"{folder}/{(slug(title)[:80] or 'procedure').strip('-')}".lstrip("/")
        path, nth = f"{start}.md", 2
        while path in self._paths or self._parts.storage.library.has(path):
            path, nth = f"{start}-{nth}.md", nth + 1
        self._paths.add(path)
        return path

    def _folder(self, department: str) -> str:
        if department not in self._folders:
            self._folders[department] = self._parts.publishing.new_ids.folder_of(department)
        return self._folders[department].strip("/")


def merged(found: ProposedFile, base: bytes, *, overruled: bool) -> ProposedFile:
    """What becomes of a text that differs from the file as it is now.

    `overruled`: where both changed the same lines the text's count.
    """
    try:
        result = joined(base, found.text, found.present, found.procedure.path)
    except Collision as collision:
        if not overruled:
            return replace(found, fate=Fate.CONFLICT, clash=collision.clash)
        mine = [stretch.mine for stretch in collision.clash.clashes]
        text = collision.clash.merged_with_choices(mine)
        return replace(found, fate=Fate.MERGED, base=found.present, text=text, made=found.text)
    if result == found.present:
        return found
    alone = found.present == base
    return replace(found, fate=Fate.UPDATED if alone else Fate.MERGED)


def _texts(one: ProposedFile) -> tuple[str, str]:
    return one.drafted.title, one.drafted.body()


def _as_of(fault: Fault, path: str) -> Fault:
    """The fault as one of that file."""
    if fault.path == path:
        return fault
    message = fault.message.replace(path, fault.path)
    return Fault(path, fault.line, fault.code, message, fault.remedy, fault.severity)


def unusable(text: bytes) -> str:
    """Why no file may say that; "" where it may."""
    try:
        ensure_usable(text, b"")
    except UnusableEdit as reason:
        return str(reason).rstrip(".")
    return ""
