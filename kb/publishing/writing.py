"""The one way of writing: an edit by a person goes in, and what became of it comes out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from kb.documents.document import parse
from kb.documents.reading import TEMPLATE_WORDS, Filed, procedure_from, template_words
from kb.people.editing_rules import Forbidden, WayIn, way_to_save
from kb.people.person import Person
from kb.procedures.model import Fault, Procedure, Status
from kb.publishing.along import Along, Company, Review, Typed
from kb.publishing.edits import (
    Clash,
    Edit,
    NeedsReview,
    NotSaved,
    Saved,
    Standing,
    UnusableEdit,
    author_of,
)
from kb.publishing.outcomes import Became, Breaks, Refusal, Unchanged, Waits, became, refusing
from kb.publishing.parts import Publishing
from kb.publishing.retiring import Erased, ended, in_use_again
from kb.publishing.search_tests import BrokenFind, ProposedChange


class Relocation(Struct, frozen=True):
    """Where a procedure shall stand, and what it shall be called, from now on."""

    title: str
    department: str
    path: str
    note: str


class Writing:
    """The verbs of people who write. Each asks what else the edit needs, and returns its no.

    Whether the person may is asked of what is typed, so that the answer comes soon; and once more
    of the bytes that are written, when they are joined with what others changed.
    """

    def __init__(self, publishing: Publishing, review: Review) -> None:
        self._publishing = publishing
        self._saver = publishing.saver
        self._review = review

    def write(
        self,
        before: Procedure | None,
        edit: Edit,
        by: Person,
        now: datetime,
        *,
        typed: Typed | None = None,
        along: Sequence[Along] = (),
        submits: bool = False,
    ) -> Became:
        """The edit of what is now `before` (None: nothing): written, or what else became of it.

        `submits`: the draft is submitted right after, so what waits need not follow.
        """
        company = Company(along)
        way = self._way(before, edit, by, typed, company)
        if isinstance(way, Refusal):
            return way
        if before is not None and edit.text == edit.base:
            if typed is not None:
                self._finish_draft(by, before)
            return Unchanged()
        draft = typed.keep() if typed and typed.keep else None
        if typed is not None and not typed.anyway:
            broken = Breaks(
                self._broken_finds(edit, by), self._unwritten(before, edit, submits=submits)
            )
            if broken.finds or broken.unwritten:
                return broken
        company.begin(before.id if before else self._read(edit).procedure.id, edit.text)
        done = self._done(way, before, edit, by, now)
        if isinstance(done, Clash | Refusal):
            company.take_back()
            return done
        if typed is not None:
            self._finish_draft(by, before, draft)
        if isinstance(done, Saved):
            company.end(done)
            self._follow(done, before, by, now, submits=submits)
        return done

    def move(
        self, it: Procedure, to: Relocation, by: Person, now: datetime
    ) -> Saved | Unchanged | Refusal:
        """Renamed, moved to another department, or both; old addresses lead on."""
        done = self._moved(it, to, by, now)
        if not isinstance(done, Refusal):
            self._review.take_up(it.status, it.id, by, now)
        return done or Unchanged()

    @refusing
    def retire(
        self, it: Procedure, successor: str | None, note: str, by: Person, now: datetime
    ) -> Saved | Waits:
        """Out of use; old links lead on to the successor (an id), where given."""
        try:
            return self._publishing.on_behalf(by).retire(it.id, successor, note, author_of(by), now)
        except NeedsReview:
            raw, note = self._text(it), note or "Retired"
            return self._proposed(it, raw, ended(raw, successor), note, by, now)

    @refusing
    def reinstate(self, it: Procedure, by: Person, now: datetime) -> Saved | Waits:
        """A retired one in use again."""
        try:
            return self._publishing.on_behalf(by).reinstate(it.id, "", author_of(by), now)
        except NeedsReview:
            raw = self._text(it)
            return self._proposed(it, raw, in_use_again(raw), "In use again", by, now)

    @refusing
    def erase(self, procedure_id: str, by: Person, now: datetime) -> Erased:
        """For good, with all words of it, whoever has them."""
        return self._saver.erase(procedure_id, by, now)

    @refusing
    def attach(self, path: str, raw: bytes, by: Person, now: datetime) -> str:
        """An image or document; returns its path, another one when that name is taken."""
        return self._saver.attach(path, raw, author_of(by), now)

    @refusing
    def _moved(self, it: Procedure, to: Relocation, by: Person, now: datetime) -> Saved | None:
        """None where it stands as it shall already."""
        try:
            return self._moved_at_once(it, to, by, now)
        except NeedsReview as reason:
            raise UnusableEdit(
                "Changes wait for a reviewer there: choose that department in the editor instead."
            ) from reason

    def _moved_at_once(
        self, it: Procedure, to: Relocation, by: Person, now: datetime
    ) -> Saved | None:
        author, path, saved, saver = author_of(by), to.path, None, self._publishing.on_behalf(by)
        if to.department != it.department:
            stays = None if path == it.path else path.rpartition("/")[0]
            saved = saver.move(
                it.id, department=to.department, folder=stays, note=to.note, by=author, now=now
            )
            path = path if path != it.path else saved.path
        here = saved.path if saved else it.path
        if to.title != it.title or path != here:
            saved = saver.rename(
                it.id,
                title=to.title if to.title != it.title else None,
                path=path if path != here else None,
                note=to.note,
                by=author,
                now=now,
            )
        return saved

    def _read(self, edit: Edit) -> Filed:
        return procedure_from(parse(edit.text, edit.path), self._publishing.departments())

    def _way(
        self,
        before: Procedure | None,
        edit: Edit,
        by: Person,
        typed: Typed | None,
        company: Company,
    ) -> WayIn | Refusal:
        """How it goes into the file; or why it may not."""
        after, departments = self._read(edit), self._publishing.departments()
        try:
            way = way_to_save(
                by, before, after.procedure, departments, four_eyes=self._review.four_eyes
            )
        except Forbidden as reason:
            return Refusal(str(reason), about=reason.about)
        problem = _fault(before, after, edit) if typed else None
        problem = problem or self._not_theirs_to_show(before, edit, by)
        return problem or company.objection(edit.text, edit.path) or way

    def _not_theirs_to_show(
        self, before: Procedure | None, edit: Edit, by: Person
    ) -> Refusal | None:
        was = Standing(before.path, edit.base) if before else None
        leave = self._publishing.leave(by)
        why = leave.objection_to_files(was, Standing(edit.path, edit.text))
        return Refusal(why, about="body") if why else None

    def _unwritten(
        self, before: Procedure | None, edit: Edit, *, submits: bool
    ) -> tuple[Fault, ...]:
        """What it would put up in a template's words, but for those that reps read already."""
        after = self._read(edit)
        if not submits and after.procedure.status is not Status.PUBLISHED:
            return ()
        stood: set[str] = set()
        if before is not None and not before.status.kept_back:
            stood = {fault.message for fault in template_words(parse(edit.base, edit.path))}
        left = (fault for fault in after.faults if fault.code == TEMPLATE_WORDS)
        return tuple(fault for fault in left if fault.message not in stood)

    def _broken_finds(self, edit: Edit, by: Person) -> tuple[BrokenFind, ...]:
        """The search tests that would fail by what was typed, unless they all fail already."""
        change = ProposedChange(files={edit.path: edit.text})
        broken = self._publishing.publisher.broken_finds(change, by.reader())
        return broken if any(not one.already for one in broken) else ()

    def _done(
        self, way: WayIn, before: Procedure | None, edit: Edit, by: Person, now: datetime
    ) -> Saved | Waits | Clash | Refusal:
        if before is None:
            made = (edit.path, edit.text, edit.note, edit.by, now)
            return became(lambda: self._publishing.on_behalf(by).create(*made))
        return became(lambda: self._put(way, before, edit, by, now))

    def _put(
        self, way: WayIn, before: Procedure, edit: Edit, by: Person, now: datetime
    ) -> Saved | Waits:
        """Into the file; to a reviewer where the text that is there by now takes one."""
        if way is WayIn.DIRECT:
            with suppress(NeedsReview):
                return self._publishing.on_behalf(by).save(edit, now)
        texts = (edit.base, edit.text, edit.note)
        return self._proposed(before, *texts, by, now, worth_telling=edit.worth_telling)

    def _proposed(
        self,
        before: Procedure,
        base: bytes,
        text: bytes,
        note: str,
        by: Person,
        now: datetime,
        *,
        worth_telling: bool = True,
    ) -> Waits:
        told = worth_telling
        return Waits(
            self._review.propose(before, base, text, note, worth_telling=told, by=by, now=now)
        )

    def _text(self, it: Procedure) -> bytes:
        try:
            return self._saver.keeping.library.read(it.path)
        except OSError as error:
            raise NotSaved(f"{it.path} cannot be read: {error.strerror or error}.") from error

    def _follow(
        self,
        saved: Saved,
        before: Procedure | None,
        by: Person,
        now: datetime,
        *,
        submits: bool,
    ) -> None:
        status = before.status if before else Status.DRAFT
        if status.kept_back and not submits:
            self._review.take_up(status, saved.procedure_id, by, now)

    def _finish_draft(
        self, by: Person, before: Procedure | None, number: int | None = None
    ) -> None:
        """The draft of that number; else the one that the person has of the procedure."""
        drafts = self._publishing.drafts
        if number is None and before is not None:
            draft = drafts.of(by.id, before.id)
            number = draft.id if draft else None
        if number is not None:
            drafts.finish(by.id, number)


def _fault(before: Procedure | None, after: Filed, edit: Edit) -> Refusal | None:
    """Why nobody may type that; None where they may."""
    if before is not None and after.named and after.procedure.id != before.id:
        return Refusal(f"The id stays {before.id}: it never changes.", about="id")
    if not after.procedure.title.strip() or any(f.code == "missing-title" for f in after.faults):
        return Refusal("Give it a title.", about="title")
    if before is not None and edit.worth_telling and not edit.note.strip():
        why = "People are told what you write as the note: say what changed."
        return Refusal(why, about="note")
    return None
