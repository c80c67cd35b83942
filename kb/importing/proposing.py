"""What would become of a file: every procedure to be, and everything to know before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.cross_faults import CrossRow, Staff, cross_faults
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import headed
from kb.documents.text.plain_text import folded
from kb.importing.against_before import ImportRun, RunParts
from kb.importing.drafting import drafted
from kb.importing.guessing.personal_data import found_in
from kb.importing.mapping import FileMapping
from kb.importing.permits import Permit
from kb.importing.proposed import WRITTEN, Fate, ImportPreview, NearProcedure, ProposedFile
from kb.importing.rows.teams import Teams
from kb.importing.sheets import Workbook
from kb.importing.sql.imports import Imports
from kb.procedures.model import Departments, Fault
from kb.publishing.parts import Publishing
from kb.search.parts import Searching
from kb.search.similar.near_texts import near_texts
from kb.storage.parts import Storage


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
        parts = RunParts(self.storage, self.catalogue, self.publishing, self.imports)
        run = ImportRun(parts, workbook, mapping, permit, teams, drafting.procedures)
        files = tuple(self.looked_at(list(run.files()), departments, permit, today))
        return ImportPreview(
            mapping,
            files,
            (*drafting.left_out, *run.unshown()),
            drafting.noticed,
            dict(teams.unknown),
            tuple(run.gone()),
            found_in(_said(one) for one in files if one.personal),
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
        texts = [_said(one) for one in fresh]
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
            personal = found_in([_said(one)])
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


def _said(one: ProposedFile) -> str:
    """All that people read of it. What stands below its front matter is written out already."""
    body = one.of_the_row.partition(b"\n---\n")[2].decode("utf-8", "replace")
    return f"{one.drafted.title}\n{body}"


def _as_of(fault: Fault, path: str) -> Fault:
    """The fault as one of that file."""
    if fault.path == path:
        return fault
    message = fault.message.replace(path, fault.path)
    return Fault(path, fault.line, fault.code, message, fault.remedy, fault.severity)
