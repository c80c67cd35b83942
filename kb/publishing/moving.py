"""Renaming and moving: the id stays, links from other procedures follow in the same commit."""

from __future__ import annotations

import posixpath
from datetime import datetime

from kb.documents.document import parse
from kb.documents.reading import described, procedure_from
from kb.documents.source.amending import Value, amend
from kb.documents.source.lines import NotAmendable
from kb.documents.source.relinking import Move, relinked
from kb.procedures.model import UNASSIGNED
from kb.publishing.desk import Desk, named, noted
from kb.publishing.edits import Saved, Standing, UnusableEdit
from kb.storage.git.repository import Author


class Moving:
    """Moves at one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def rename(
        self,
        procedure_id: str,
        *,
        title: str | None,
        path: str | None,
        note: str,
        by: Author,
        now: datetime,
    ) -> Saved:
        """Another title, or another path, or both."""
        if title is not None and not title.strip():
            raise UnusableEdit("The title is empty; write one.", "title")
        old = self._desk.card(procedure_id).procedure.path
        fields: dict[str, Value] = {} if title is None else {"title": title}
        return self._moved(procedure_id, old, path or old, fields, note, by, now)

    def move(
        self,
        procedure_id: str,
        department: str | None,
        folder: str | None,
        note: str,
        by: Author,
        now: datetime,
    ) -> Saved:
        """To another department or folder ("" is the top); by default a department's own."""
        departments = self._desk.publisher.departments()
        if department is not None and department not in departments:
            raise UnusableEdit(
                f"There is no department {department} in departments.yml.", "department"
            )
        old = self._desk.card(procedure_id).procedure.path
        if folder is None:
            folder = department or posixpath.dirname(old)
        path = posixpath.join(folder.strip("/"), posixpath.basename(old))
        fields: dict[str, Value] = {} if department is None else {"department": department}
        return self._moved(procedure_id, old, path, fields, note, by, now)

    def _moved(
        self,
        procedure_id: str,
        old: str,
        path: str,
        fields: dict[str, Value],
        note: str,
        by: Author,
        now: datetime,
    ) -> Saved:
        new = old if path == old else self._desk.free_place(path)
        told = f"Moved from {old} to {new}" if new != old else f"Renamed {old}"
        with self._desk.alone(old):
            before = self._desk.present(old, now)
            fields = self._kept_department(Standing(old, before), new) | fields
            text = self._with_fields(named(before, procedure_id), new, fields)
            changes: dict[str, bytes | None] = {}
            if new != old:
                text = relinked(text, old, Move(old, new), self._desk.keeping.library.has)
                changes = {old: None, **self._relinked_others(Move(old, new), now)}
            if text != before or new != old:
                changes[new] = text
                self._desk.leave(Standing(old, before), Standing(new, text))
            commit = self._desk.applied(changes, noted(note, told, by, now, False))
        return self._desk.saved(new, text, commit, others=changes)

    def _kept_department(self, there: Standing, new: str) -> dict[str, Value]:
        """In a folder of nobody the file says whose it is, so that it stays theirs."""
        departments = self._desk.publisher.departments()
        was, becomes = (
            described(parse(there.text, path), departments)[0].department
            for path in (there.path, new)
        )
        return {"department": was} if becomes == UNASSIGNED != was else {}

    def _with_fields(self, text: bytes, path: str, fields: dict[str, Value]) -> bytes:
        """A department that the folder says already needs no words."""
        wanted = fields.get("department")
        if wanted is not None and "department" not in parse(text, path).meta:
            departments = self._desk.publisher.departments()
            if procedure_from(parse(text, path), departments).procedure.department == wanted:
                fields = {name: each for name, each in fields.items() if name != "department"}
        return amend(text, fields) if fields else text

    def _relinked_others(self, move: Move, now: datetime) -> dict[str, bytes | None]:
        """Other files whose links follow; one that cannot be changed keeps its old address."""
        changed: dict[str, bytes | None] = {}
        for path in self._desk.catalogue.linking_to(move.old):
            raw = self._desk.keeping.settled(path, now)
            if raw is None:
                continue
            try:
                text = relinked(raw, path, move, self._desk.keeping.library.has)
            except NotAmendable:
                continue
            if text != raw:
                changed[path] = text
        return changed
