"""Confirming that procedures are still right, and handing them over: commits that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from msgspec import Struct, field

from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import described
from kb.documents.source.amending import Value, amend
from kb.documents.source.lines import NotAmendable
from kb.people.answerable import belongs, may_confirm, may_hand_over
from kb.people.person import Person
from kb.procedures.model import Department, Departments, Procedure
from kb.procedures.visibility import Reader
from kb.publishing.batches import CHANGED_SINCE, GONE, FileEdit
from kb.publishing.edits import Leave, NotAllowed, Standing, author_of
from kb.publishing.outcomes import refusing
from kb.publishing.saver import Saver
from kb.reviews.handing_over import HANDED, HandingOver
from kb.storage.files.library import Library, UnusablePath

CONFIRMED = "Still right"
NOT_YOURS = "that is not yours to do"
ALREADY = "nothing had to change"


class Tended(Struct, frozen=True):
    """What was done in one commit, "" where nothing was. `skipped` says why, by id."""

    commit: str
    procedure_ids: tuple[str, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)


class HandOver(Struct, frozen=True):
    """Who answers from now on. None leaves it as it is; "" is nobody.

    `instead_of` (an address): `owner` takes that person's place only, as owner and as deputy.
    """

    owner: str | None = None
    deputy: str | None = None
    instead_of: str | None = None

    def fields(self, procedure: Procedure) -> dict[str, Value]:
        """What changes in the front matter of this one."""
        if self.instead_of is not None:
            had = {"owner": procedure.owner, "deputy": procedure.deputy}
            mine = {name for name, email in had.items() if email == self.instead_of}
            changed: dict[str, Value] = dict.fromkeys(mine, self.owner)
        else:
            asked = {"owner": self.owner, "deputy": self.deputy}
            changed = {name: email for name, email in asked.items() if email is not None}
        owner = changed.get("owner", procedure.owner)
        if owner and changed and changed.get("deputy", procedure.deputy) == owner:
            changed["deputy"] = None  # nobody stands in for themselves
        return changed


class Reviewing:
    """The two verbs, over the saver. Each skips what the person may not do, and says so."""

    def __init__(
        self,
        saver: Saver,
        catalogue: Catalogue,
        library: Library,
        handing: HandingOver,
        departments: Callable[[], Departments],
    ) -> None:
        self._saver = saver
        self._catalogue = catalogue
        self._library = library
        self._handing = handing
        self._departments = departments

    @refusing
    def confirm(self, wanted: Mapping[str, str], by: Person, now: datetime) -> Tended:
        """Still right, today in the department's zone: `reviewed` changes and nothing else.

        `wanted` has the version that was looked at by id; another one is not confirmed.
        """
        departments = self._departments()

        def confirmed(procedure: Procedure, raw: bytes) -> bytes | str:
            department = departments.get(procedure.department)
            if not may_confirm(by, procedure, department):
                return NOT_YOURS
            today = now.astimezone(department.calendar.zone).date()
            if procedure.reviewed == today:
                return "it was confirmed today already"
            if sha256(raw).hexdigest()[:12] != wanted[procedure.id]:
                return CHANGED_SINCE
            return amend(raw, {"reviewed": today.isoformat()})

        leave = _leave(departments, lambda one, of: may_confirm(by, one, of))
        return self._done(wanted, confirmed, CONFIRMED, by, now, leave, joining=False)

    @refusing
    def hand_over(
        self, ids: Iterable[str], change: HandOver, to: Iterable[Person], by: Person, now: datetime
    ) -> Tended:
        """Another owner or deputy. `to`: the people named in `change`.

        Who is no member of a procedure's department does not get it.
        """
        departments, named = self._departments(), {person.email: person for person in to}

        def handed(procedure: Procedure, raw: bytes) -> bytes | str:
            department = departments.get(procedure.department)
            if not may_hand_over(by, department):
                return NOT_YOURS
            fields = change.fields(procedure)
            for email in filter(None, fields.values()):
                person = named.get(str(email))
                if person is None or not belongs(person, department):
                    who = person.name if person else email
                    return f"{who} is no member of {department.name}"
            return amend(raw, fields) if fields else raw

        note, leave = _told(change, named), _leave(departments, lambda _, of: may_hand_over(by, of))
        done = self._done(list(ids), handed, note, by, now, leave, joining=True)
        if done.commit:
            self._handing.tell(done.commit, now)
        return done

    def _done(
        self,
        ids: Iterable[str],
        change: Callable[[Procedure, bytes], bytes | str],
        note: str,
        by: Person,
        now: datetime,
        leave: Leave,
        *,
        joining: bool,
    ) -> Tended:
        cards = self._catalogue.by_ids(list(ids))
        reader, changes, skipped = by.reader(), {}, {}
        for id in ids:
            procedure = cards[id].procedure if id in cards else None
            found = self._changed(procedure, reader, change)
            if isinstance(found, str):
                skipped[id] = found
            else:
                changes[id] = found
        saver = self._saver.on_behalf(leave)
        batch = saver.change_many(changes.values(), note, author_of(by), now, joining=joining)
        at = {each.path: id for id, each in changes.items()}
        skipped |= {at[path]: why for path, why in batch.skipped.items()}
        return Tended(batch.commit, tuple(at[path] for path in batch.paths), skipped)

    def _changed(
        self,
        procedure: Procedure | None,
        reader: Reader,
        change: Callable[[Procedure, bytes], bytes | str],
    ) -> FileEdit | str:
        if procedure is None or not reader.may_read(procedure):
            return GONE
        try:
            place = self._library.place(procedure.path)
            raw = self._library.read(procedure.path)
            text = change(procedure, raw)
        except FileNotFoundError:
            return GONE
        except UnusablePath as error:
            return str(error)
        except OSError as error:
            return error.strerror or "it cannot be read"
        except NotAmendable as error:
            return f"line {error.line}: {error.problem}; {error.remedy}"
        if isinstance(text, str):
            return text
        return FileEdit(place, raw, text) if text != raw else ALREADY


def _leave(departments: Departments, may: Callable[[Procedure, Department], bool]) -> Leave:
    """To change what is theirs by the file itself, as it is when it is written."""

    def asked(before: Standing | None, _after: Standing | None) -> None:
        there = before and described(parse(before.text, before.path), departments)[0]
        if not (there and may(there, departments.get(there.department))):
            raise NotAllowed(NOT_YOURS)

    return asked


def _told(change: HandOver, named: Mapping[str, Person]) -> str:
    """The note of the commit: "Owner Rena Reviewer, deputy nobody"."""

    def who(email: str) -> str:
        return named[email].name if email in named else email or "nobody"

    if change.instead_of is not None:
        return f"{HANDED} from {change.instead_of} to {who(change.owner or '')}"
    parts = {"Owner": change.owner, "deputy": change.deputy}
    said = ", ".join(f"{name} {who(email)}" for name, email in parts.items() if email is not None)
    return f"{HANDED}: {said}"
