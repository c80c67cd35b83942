"""Rows of a workbook that was taken out here: only what was changed in them changes the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.listings import Card
from kb.documents.document import parse
from kb.documents.front_matter import FIELDS
from kb.documents.reading import TAKEN, described
from kb.documents.source.amending import Value, amend
from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import Manuscript, opened
from kb.documents.text.plain_text import folded, slug
from kb.exporting.columns import FIELD_OF, joined, restored, same, shown_fields
from kb.importing.against_before import unusable
from kb.importing.drafting import DraftedProcedure
from kb.importing.mapping import FileMapping
from kb.importing.permits import Permit
from kb.importing.proposed import Fate, ProposedFile
from kb.importing.proposing import Proposing
from kb.importing.returning.against_now import against_now, drafted, left
from kb.importing.returning.returned_files import free_path, text_of
from kb.importing.returning.rows import ReturnedRow
from kb.importing.rows.reading import LeftOut
from kb.procedures.model import UNASSIGNED, Departments, Procedure, Status

_ID = re.compile(r"\w[\w.-]{0,119}")


class _Refused(Exception):
    """Why a row does not come in, as words behind "because"."""


class _Wanted(Struct, frozen=True):
    """What was changed in a row, by field, with "body" for its text; and what is said of it."""

    typed: dict[str, str]
    remarks: tuple[str, ...]


class RowsComingBack:
    """One workbook. After `files` was gone through, `left_out` has the rows without a file."""

    def __init__(
        self, parts: Proposing, mapping: FileMapping, permit: Permit, departments: Departments
    ) -> None:
        self._parts = parts
        self._mapping = mapping
        self._permit = permit
        self._departments = departments
        self._names = {folded(one.name): id for id, one in departments.by_id.items()}
        self._ids: dict[str, Iterator[str]] = {}
        self._paths: set[str] = set()
        self.left_out: list[LeftOut] = []

    def files(self, rows: Iterable[ReturnedRow]) -> Iterator[ProposedFile]:
        """One for each row that names a procedure, or can become one."""
        every = list(rows)
        before = self._parts.imports.before(self._mapping.name) if every else {}
        seen: dict[str, int] = {}
        for row in every:
            source = f"{self._mapping.name} | {row.sheet} | {row.said.id or folded(row.title)}"
            came = before.get(source)
            id = row.said.id or (came.procedure_id if came else "")
            blob = row.said.version if row.said.id else (came.blob if came else "")
            if why := self._not_at_all(row, id, seen):
                self.left_out.append(LeftOut(row.sheet, row.number, why, row.title))
                continue
            seen[id or source] = row.number
            yield self._file(row, source, id, blob)

    def _not_at_all(self, row: ReturnedRow, id: str, seen: dict[str, int]) -> str:
        if self._mapping.decided.get(f"{row.sheet}!{row.number}") is False:
            return "you left it out"
        if not row.title:
            return "it has no title"
        if id and id in seen:
            return f"row {seen[id]} has the same id"
        if id and (not _ID.fullmatch(id) or id in TAKEN):
            return f"“{id[:40]}” cannot be an id: leave the cell empty for a new procedure"
        return ""

    def _file(self, row: ReturnedRow, source: str, id: str, blob: str) -> ProposedFile:
        card = self._parts.catalogue.get(id) if id else None
        body = joined(row.said.texts, "")
        one = drafted(source, row.sheet, row.number, row.title, body)
        try:
            if card is None:
                return self._new(row, one, id)
            return self._again(row, one, card, blob)
        except _Refused as reason:
            there = card.procedure if card else Procedure(id, row.title, "", "")
            return left(one, there, b"", str(reason))

    def _again(
        self, row: ReturnedRow, one: DraftedProcedure, card: Card, blob: str
    ) -> ProposedFile:
        procedure = card.procedure
        if not self._permit.reader.may_read(procedure):
            raise _Refused("there is a draft of another department by that id")
        present = self._parts.storage.library.read(procedure.path)
        base = self._base(blob, procedure)
        manuscript = _manuscript(base or present, procedure.path, self._departments)
        wanted = self._wanted(row, manuscript)
        try:
            text = manuscript.written(wanted.typed) if wanted.typed else manuscript.raw
        except NotAmendable as reason:
            raise _Refused(f"its file cannot be changed so: {reason}") from reason
        overruled = bool(self._mapping.decided.get(one.sources[0]))
        texts = (base, text, present)
        found = against_now(one, procedure, texts, self._permit, overruled=overruled)
        return replace(found, remarks=wanted.remarks)

    def _base(self, blob: str, procedure: Procedure) -> bytes:
        """The file that the row was made of; b"" where this history has none, or another's."""
        raw = text_of(self._parts, blob)
        id = parse(raw, "").meta.get("id")
        return raw if id in (None, procedure.id) else b""

    def _wanted(self, row: ReturnedRow, manuscript: Manuscript) -> _Wanted:
        typed, remarks = dict[str, str](), list[str]()
        shown = shown_fields(manuscript)
        for label, name in FIELD_OF.items():
            said = row.said.fields[label]
            if same(said, shown[label]):
                continue
            if name == "status":
                remarks.append("its status is changed on its page, not by a workbook")
            elif manuscript.locked:
                raise _Refused(f"its front matter cannot be changed so: {manuscript.locked}")
            else:
                typed[name] = self._department(said) if name == "department" else said
        reviewed = manuscript.filed.procedure.reviewed
        if row.reviewed and row.reviewed != str(reviewed):
            remarks.append("the day of its review is confirmed on its page, not by a workbook")
        body = joined(row.said.texts, manuscript.body)
        if not same(body, manuscript.body):
            if body.strip():
                typed["body"] = restored(body, manuscript.body)
            else:
                remarks.append("its text is empty in the workbook, and stays as it is")
        return _Wanted(typed, tuple(remarks))

    def _department(self, said: str) -> str:
        """The id of what a cell names by id or name; "" for none."""
        id = self._names.get(folded(said), said)
        if id and id != UNASSIGNED and id not in self._departments:
            raise _Refused(f"there is no department “{said[:40]}”")
        return id

    def _new(self, row: ReturnedRow, one: DraftedProcedure, id: str) -> ProposedFile:
        body = joined(row.said.texts, "").strip()
        if not body:
            raise _Refused("it has no text")
        if id and self._parts.publishing.saver.erasure_of(id) is not None:
            raise _Refused("it was erased here for good")
        department = self._department(row.said.fields["Department"]) or UNASSIGNED
        fields: dict[str, Value] = {"id": id or self._next_id(department)}
        for label, name in FIELD_OF.items():
            said = row.said.fields[label]
            fields[name] = said.splitlines() if FIELDS[name].several else said
        fields |= {"department": department, "status": Status.DRAFT.value}
        fields["source"] = one.sources[0]
        text = amend(f"\n{body}\n".encode("utf-8", "replace"), fields)
        library = self._parts.storage.library
        folder = self._parts.publishing.new_ids.folder_of(department).strip("/")
        name = slug(row.title)[:80].strip("-") or "procedure"
        path = free_path(library, f"{folder}/{name}.md".lstrip("/"), self._paths)
        self._paths.add(path)
        procedure, _ = described(parse(text, path), self._departments)
        why = self._permit.may(procedure) or unusable(text)
        fate = Fate.LEFT if why else Fate.NEW
        return ProposedFile(one, fate, procedure, b"", text, why=why)

    def _next_id(self, department: str) -> str:
        ids = self._parts.publishing.new_ids
        if department not in self._ids:
            self._ids[department] = iter(ids.next_ids(department, 10_000))
        return next(self._ids[department])


def _manuscript(raw: bytes, path: str, departments: Departments) -> Manuscript:
    try:
        return opened(raw, path, departments)
    except NotAmendable as reason:
        raise _Refused(f"its file cannot be changed so: {reason}") from reason
