"""The page with the form, whatever it is filled with."""

from __future__ import annotations

from flask import render_template, request, url_for
from msgspec import Struct
from msgspec.structs import replace

from kb.approval.submission import SubmissionKind, SubmissionLine
from kb.catalogue.listings import Card
from kb.documents.markdown.rendering import Renderer
from kb.documents.source.manuscript import Manuscript
from kb.people.rights import Right
from kb.procedures.model import Fault, Status
from kb.publishing.search_tests import BrokenFind
from kb.publishing.sql.drafts import Draft
from kb.search.results import Hit
from kb.web.documents.passages import STEP
from kb.web.publishing import answered_items, must_read_marks, opened_file
from kb.web.publishing.forms import WORTH_TELLING, EditForm
from kb.web.publishing.preview import Preview
from kb.web.site import access
from kb.web.site.fields import mark
from kb.web.site.pages import departments, number_in, parts


class Sheet(Struct, frozen=True):
    """What stands on the page. `card` is None for a procedure that is not there yet.

    `moved_on`: the file has changed since the draft was begun. `problem` says why it was not
    saved, `about` which field. The writer may want all the same that `broken` search tests fail by
    it, and what a template left to be written, `unwritten`.
    """

    card: Card | None
    manuscript: Manuscript
    form: EditForm
    preview: Preview | None = None
    draft: Draft | None = None
    moved_on: bool = False
    problem: str = ""
    likely: tuple[Hit, ...] = ()
    broken: tuple[BrokenFind, ...] = ()
    unwritten: tuple[Fault, ...] = ()
    about: str = ""

    @property
    def heading(self) -> str:
        """What the page is called."""
        title = self.manuscript.filed.procedure.title
        return f"Edit: {title}" if self.card else "New procedure"

    @property
    def procedure_id(self) -> str:
        """Whose file it is; "" for a new one."""
        return self.card.procedure.id if self.card else ""

    @property
    def passage_line(self) -> int | None:
        """The line of the body at which the section or step in ?passage= begins."""
        section, _, step = request.args.get("passage", "").partition(STEP)
        body, title = self.manuscript.body, self.manuscript.filed.procedure.title
        if not section:
            return None
        begins = Renderer().heading_lines(body, title).get(section)
        number = number_in(step, 3) or 0
        return Renderer().step_lines(body, title).get((section, number), begins)

    @property
    def waits(self) -> bool:
        """Will what is written here wait for a reviewer while the old text stays up?"""
        return self.card is not None and not access.allowed(Right.WRITE, self.card.procedure)

    @property
    def own_change(self) -> SubmissionLine | None:
        """What the one who asks has submitted of it, that waits: another takes its place."""
        if not self.waits or self.card is None:
            return None
        me, waiting = access.signed_in().id, parts().approval.waiting
        lines = waiting.of_procedure(self.card.procedure.id)
        own = (one for one in lines if one.by_id == me and one.kind is SubmissionKind.CHANGE)
        return next((one for one in own if one.state.open), None)

    @property
    def can_submit(self) -> bool:
        """Can what is written here be submitted in the same step?"""
        return self.card is None or access.allowed(Right.SUBMIT, self.card.procedure)

    @property
    def statuses(self) -> list[Status]:
        """What may be chosen. To be published, a draft is submitted, but by who needs not ask."""
        now = self.card.procedure.status if self.card else Status.DRAFT
        if not now.kept_back:
            more = [Status.RETIRED] if now is Status.RETIRED else []
            return [*more, Status.PUBLISHED, Status.DRAFT]
        filed = self.card.procedure if self.card else self.manuscript.filed.procedure
        alone = access.allowed(Right.PUBLISH, replace(filed, status=Status.DRAFT))
        asked = [now] if now is Status.IN_REVIEW else []
        return [*asked, Status.DRAFT, *([Status.PUBLISHED] if alone else [])]

    @property
    def tellings(self) -> tuple[str, ...]:
        """How much a change may matter: of what reps do not see after it, nobody is told."""
        if self.card is None or Status.PUBLISHED not in self.statuses:
            return ()
        return WORTH_TELLING if self.waits else (*WORTH_TELLING, must_read_marks.MUST)

    def address(self, verb: str) -> str:
        """Where this page sends its text: "edits", "preview", "draft" or "attachments"."""
        if self.card is None:
            at = "beginning.create" if verb == "edits" else f"beginning.{verb}"
            return url_for(at)
        endpoints = {
            "edits": "editing.save",
            "preview": "editing.preview",
            "draft": "drafting.keep",
            "attachments": "attaching.attach",
        }
        return url_for(endpoints[verb], procedure_id=self.card.procedure.id)


def show(sheet: Sheet) -> str:
    """The page as HTML."""
    sheet.form.base.data = opened_file.sealed(sheet.manuscript.raw, sheet.procedure_id)
    if sheet.draft is not None:
        sheet.form.draft.data = str(sheet.draft.id)
    current = sheet.manuscript.filed.procedure.department
    writable = opened_file.writable()
    sheet.form.offer(writable, current, sheet.statuses)
    department = departments().by_id.get(sheet.form.department.data or current)
    sheet.form.name_people()
    must = must_read_marks.fields(sheet.draft)
    for form in (sheet.form, must):
        mark(form, sheet.about, sheet.problem)
    return render_template(
        "publishing/edit.html",
        sheet=sheet,
        form=sheet.form,
        preview=sheet.preview,
        members=parts().people.directory.members({each.id for each in writable} | {current}),
        usual_review=department.review_every if department else None,
        me=access.signed_in(),
        must=must,
        most=parts().settings.upload_mb,
        answering=answered_items.panel(sheet.card, sheet.draft),
    )
