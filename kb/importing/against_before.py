"""One file against what was brought in from it before: what is new, changed, in conflict, gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.listings import Card
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.text.plain_text import slug
from kb.importing.drafting import DraftedProcedure
from kb.importing.mapping import FileMapping
from kb.importing.pages.linking import Destination, Links
from kb.importing.permits import Permit
from kb.importing.proposed import Fate, ProposedFile
from kb.importing.rows.as_markdown import TextBlocks
from kb.importing.rows.reading import LeftOut
from kb.importing.rows.teams import Teams
from kb.importing.sheets import Workbook
from kb.importing.sql.imports import Imports, RowBefore
from kb.importing.writing_out import Placing, file_of, placing_in
from kb.procedures.model import Procedure, Status
from kb.publishing.edits import Collision, UnusableEdit
from kb.publishing.joining import ensure_usable, joined
from kb.publishing.parts import Publishing
from kb.storage.parts import Storage


class RunParts(Struct, frozen=True):
    """What is there, and what came before."""

    storage: Storage
    catalogue: Catalogue
    publishing: Publishing
    imports: Imports


class _Plan(Struct, frozen=True):
    """Where a drafted procedure goes: to the one that it became before, or to a new path."""

    drafted: DraftedProcedure
    department: str
    path: str
    remarks: tuple[str, ...] = ()
    card: Card | None = None
    before: RowBefore | None = None


class ImportRun:
    """One file against what was brought in from it before."""

    def __init__(
        self,
        parts: RunParts,
        workbook: Workbook,
        mapping: FileMapping,
        permit: Permit,
        teams: Teams,
        procedures: Sequence[DraftedProcedure],
    ) -> None:
        self._parts = parts
        self._workbook = workbook
        self._mapping = mapping
        self._permit = permit
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
        self._links: Links | None = None

    def files(self) -> Iterator[ProposedFile]:
        """One for each drafted procedure. A second of the same procedure stands alone."""
        plans = list(self._plans())
        self._links = self._linking(plans) if self._workbook.documents.pages else None
        for plan in plans:
            plan, attached = self._linked(plan)
            found = self._again(plan, plan.card) if plan.card else self._new(plan)
            remarks = (*plan.drafted.noticed, *plan.remarks)
            yield replace(found, remarks=remarks, attached=attached)

    def unshown(self) -> Iterator[LeftOut]:
        """Files beside the documents that none of them shows; to be asked behind `files`."""
        for place in self._links.unused() if self._links else ():
            yield LeftOut(place, 0, "no procedure shows it")

    def _plans(self) -> Iterator[_Plan]:
        used: set[str] = set()
        for one, department, remarks in self._placed:
            card, before = self._known(one)
            if card is not None and card.procedure.id not in used:
                used.add(card.procedure.id)
                yield _Plan(one, department, card.procedure.path, remarks, card, before)
            else:
                removed = before if card is None else None
                path = self._free_path(department, one.title)
                yield _Plan(one, department, path, remarks, None, removed)

    def _linking(self, plans: Sequence[_Plan]) -> Links:
        documents = self._workbook.documents
        ends = [Destination(p.drafted.origin, p.path) for p in plans if p.drafted.origin]
        return Links(documents.pages, documents.files, ends, self._parts.storage.keeping.on_disk)

    def _linked(self, plan: _Plan) -> tuple[_Plan, dict[str, bytes]]:
        """With its links led on to where their documents went; and the files that it shows."""
        one = plan.drafted
        if self._links is None or one.origin is None:
            return plan, {}
        text = "\n\n".join(one.first.text.before)
        found = self._links.linked(text, Destination(one.origin, plan.path))
        row = replace(one.first, text=TextBlocks(before=(found.text,)))
        made = replace(plan, drafted=replace(one, rows=(row,)))
        return replace(made, remarks=(*plan.remarks, *found.remarks)), found.attached

    def gone(self) -> Iterator[Procedure]:
        """What came from a sheet or document that is taken, and is not there any more."""
        now = {source for one in self._procedures for source in one.sources}
        ids = {card.procedure.id for one in self._procedures if (card := self._known(one)[0])}
        left = {one.name for one in self._mapping.sheets if not one.taken}
        left |= {one.name for one in self._mapping.pages if not one.taken}
        here = {one.name for one in self._mapping.sheets}
        came = {row.source: row.procedure_id for row in self._before.values()}
        for source, id in (self._sources | came).items():
            sheet = source.removeprefix(f"{self._mapping.name} | ").partition(" | ")[0]
            card = self._cards.get(id)
            if card is None or source in now or id in ids or sheet in left:
                continue
            if sheet not in here and not self._mapping.pages:
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

    def _new(self, plan: _Plan) -> ProposedFile:
        one, department = plan.drafted, plan.department
        published = self._mapping.published and not one.first.draft
        publishes = published and self._permit.publishes(department)
        status = Status.PUBLISHED if publishes else Status.DRAFT
        placing = Placing(next(self._ids[department]), department, status, self._mapping.reviewed)
        text = file_of(one, placing)
        procedure = Procedure(
            placing.id, one.title, plan.path, "", department=department, status=status
        )
        why = self._permit.may(procedure) or unusable(text)
        if plan.before and not self._overruled(one):
            why = why or "it was brought in before, and removed here since"
        return ProposedFile(one, Fate.LEFT if why else Fate.NEW, procedure, b"", text, why=why)

    def _again(self, plan: _Plan, card: Card) -> ProposedFile:
        one, procedure = plan.drafted, card.procedure
        present = self._parts.storage.library.read(procedure.path)
        base = self._base(plan.before)
        fallback = Placing(procedure.id, procedure.department, procedure.status)
        # A team that is named otherwise now is a change like any other.
        placing = placing_in(base or present, fallback)
        if base and self._teams.knows(one.first.teams):
            placing = replace(placing, department=plan.department)
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


def unusable(text: bytes) -> str:
    """Why no file may say that; "" where it may."""
    try:
        ensure_usable(text, b"")
    except UnusableEdit as reason:
        return str(reason).rstrip(".")
    return ""
