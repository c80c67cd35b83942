"""What waits for a reviewer: the queue, the page to decide on, a procedure's life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.approval.submission import (
    Comment,
    Submission,
    SubmissionKind,
    SubmissionLine,
    SubmissionState,
    SubmissionStep,
    Taken,
    digest_of,
)
from kb.documents.document import decoded, parse
from kb.documents.markdown.rendering import Part, Renderer
from kb.people.rights import Right, reviews
from kb.procedures.model import Procedure
from kb.versions.differences import Difference, difference, lines
from kb.versions.page_blocks import blocks
from kb.versions.sql.versions import Version
from kb.web.documents.rendered import Text, text_of_bytes
from kb.web.publishing import submitting
from kb.web.site import access
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("submissions", __name__)
_PUBLIC_STEPS = frozenset({SubmissionStep.APPROVED, SubmissionStep.PUBLISHED})
_LONGEST_VALUE = 500
_LONGEST_PAGE = 300_000  # bytes; of longer ones only the source is compared
_DECISIONS = (
    Right.APPROVE,
    Right.PUBLISH_LATER,
    Right.CALL_OFF,
    Right.SEND_BACK,
    Right.WITHDRAW,
    Right.COMMENT,
)


class CommentedSection(Struct, frozen=True):
    """A section that can be commented on: its heading, and its words now. "" is the whole."""

    anchor: str = ""
    heading: str = ""
    words: str = ""


class PagePart(Struct, frozen=True):
    """A part of the page, what in it can be commented on (anchor, heading), and what was said."""

    part: Part
    choices: tuple[tuple[str, str], ...]
    said: tuple[Comment, ...]


class ChangedField(Struct, frozen=True):
    """A field of front matter that says something else than before; "" is nothing."""

    name: str
    before: str
    after: str


class Compared(Struct, frozen=True):
    """What the text changes. `found` is None where there is nothing to compare it with."""

    found: Difference | None
    of: str
    with_what: str
    fields: tuple[ChangedField, ...] = ()


class Life(Struct, frozen=True):
    """Where a procedure stands: what waits, who let it up last, who began it.

    Where it could not be submitted: why not, and the word that was typed for the reviewer.
    """

    waiting: tuple[SubmissionLine, ...]
    approved: Taken | None
    begun: Version | None
    not_submitted: str = ""
    word: str = ""

    @property
    def draft(self) -> SubmissionLine | None:
        """The draft that waits."""
        return next((one for one in self.waiting if one.kind is SubmissionKind.DRAFT), None)


@blueprint.get("/submissions")
def listing() -> ResponseReturnValue:
    """What waits for me, what I submitted, what comes up later."""
    who = access.department_member_or_404()
    approving = parts().approval
    waiting = approving.waiting
    mine = [each for each in who.departments if reviews(who, each)]
    own = waiting.for_review(mine, who.id, own_too=not approving.four_eyes)
    every = waiting.for_review(who.departments, who.id, own_too=False)
    return render_template(
        "approval/listing.html",
        waiting=own,
        others=[one for one in every if one not in own],
        later=waiting.for_later(who.departments),
        submitted=waiting.submitted_by(who.id, who.departments),
        reviews_for=[departments().get(each).name for each in sorted(mine)],
    )


@blueprint.get("/submissions/<int:submission_id>")
def submission(submission_id: int) -> ResponseReturnValue:
    """The text, what it changes, what was said, and the ways to decide."""
    return page_of(submission_or_404(submission_id))


@blueprint.get("/procedures/<path:procedure_id>/life")
def life(procedure_id: str) -> ResponseReturnValue:
    """Each step with who and when; what was said on the way, for its department."""
    procedure = access.readable_or_404(procedure_id).procedure
    who = access.signed_in()
    inside = procedure.department in who.departments
    waiting = parts().approval.waiting
    steps = waiting.steps(procedure.id)
    return render_template(
        "approval/life.html",
        procedure=procedure,
        steps=steps if inside else [one for one in steps if one.kind in _PUBLIC_STEPS],
        begun=parts().versions.first(procedure, access.reader()) if inside else None,
        inside=inside,
        comments=waiting.comments(procedure.id) if inside else (),
    )


def panel(procedure: Procedure) -> dict[str, object]:
    """What procedures/_life.html shows to the procedure's department: what waits, who approved."""
    who = access.person()
    if who is None or procedure.department not in who.departments:
        return {"life": None}
    waiting = parts().approval.waiting
    lines = [one for one in waiting.of_procedure(procedure.id) if one.state.open]
    decided = [one for one in waiting.steps(procedure.id) if one.kind in _PUBLIC_STEPS]
    begun = None
    if procedure.status.kept_back:
        begun = parts().versions.first(procedure, access.reader())
    approved = decided[-1] if decided else None
    return {"life": Life(tuple(lines), approved, begun, *submitting.refused(procedure.id))}


def submission_or_404(submission_id: int) -> Submission:
    """The submission, if it is of a department of the one who asks."""
    who = access.signed_in()
    found = parts().approval.waiting.get(submission_id)
    if found is None or found.department not in who.departments:
        abort(404)
    return found


def page_of(it: Submission, problem: str = "") -> str:
    """The page of a submission. `problem` says why something was not done."""
    who, approving = access.signed_in(), parts().approval
    to_be = approving.text_to_be(it)
    raw = it.proposal.text if to_be is None else to_be
    text = _text_of(it, raw)
    rounds = approving.waiting.rounds(it)
    said = [
        one for one in approving.waiting.comments(it.procedure_id) if one.submission_id in rounds
    ]
    places = _places(text, said)
    placed = [one for place in places for one in place.said]
    steps = [one for one in approving.waiting.steps(it.procedure_id) if one.submission_id in rounds]
    return render_template(
        "approval/submission.html",
        it=it,
        text=text,
        card=parts().catalogue.get(it.procedure_id),
        compared=_compared(it, raw),
        shown=digest_of(raw),
        with_others=raw != it.proposal.text,
        clashes=to_be is None,
        places=places,
        loose=[one for one in said if one not in placed],
        steps=steps,
        may={right.name.lower() for right in _DECISIONS if approving.may(who, right, it)},
        moved_on=_moved_on(it),
        collided=it.state is SubmissionState.SENT_BACK
        and _last(steps, it.id) is SubmissionStep.COLLIDED,
        alone=not _others(it),
        problem=problem,
        typed=request.form,
        zone=departments().get(it.department).calendar.zone.key,
        earliest=_local(it, now()),
    )


def passages(it: Submission) -> list[CommentedSection]:
    """What can be commented on, in the order of the page."""
    raw = parts().approval.text_to_be(it) or it.proposal.text
    body = parse(raw, _path(it)).body
    sections = Renderer().sections(body, _text_of(it, raw).procedure.title)
    return [CommentedSection(one.anchor, one.heading, one.text) for one in sections if one.anchor]


def _text_of(it: Submission, raw: bytes) -> Text:
    """What would be up, as a page."""
    return text_of_bytes(raw, _path(it), it.procedure_id, access.reader())


def _places(text: Text, said: list[Comment]) -> list[PagePart]:
    """Every heading of the page with what was said about it; its methods with their part."""
    found = []
    for part in text.page.parts:
        choices = ((part.anchor, part.heading), *((one.anchor, one.name) for one in part.methods))
        here = tuple(one for one in said if one.anchor and one.anchor in dict(choices))
        found.append(PagePart(part, choices if part.anchor else (), here))
    return found


def _compared(it: Submission, new: bytes) -> Compared:
    """A change against what is up; a draft against the round before."""
    of = "source" if request.args.get("of") == "source" else "page"
    old, with_what = _before(it), "what is up" if not it.is_draft else "the round before"
    if old is None:
        return Compared(None, of, with_what)
    if max(len(old), len(new)) > _LONGEST_PAGE:
        of = "source"
    if of == "source":
        texts = [lines(decoded(raw, "", [])) for raw in (old, new)]
        return Compared(difference(*texts), of, with_what)
    title, path = it.proposal.title, _path(it)
    render = Renderer().render
    documents = [parse(raw, path) for raw in (old, new)]
    pages = [render(each.body, path, lambda path: f"/{path}", title) for each in documents]
    fields = tuple(_changed_fields(*(each.meta for each in documents)))
    return Compared(difference(*(blocks(one, title) for one in pages)), of, with_what, fields)


def _changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ChangedField]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield ChangedField(str(name), _said(old.get(name)), _said(new.get(name)))


def _said(value: Any) -> str:
    listed = value if isinstance(value, list) else [value]
    return ", ".join(str(one) for one in listed if one is not None)[:_LONGEST_VALUE]


def _before(it: Submission) -> bytes | None:
    if not it.is_draft:
        return it.proposal.base if not it.state.open else _file(it)
    before = parts().approval.waiting.get(it.follows) if it.follows else None
    return before.proposal.text if before else None


def _moved_on(it: Submission) -> bool:
    """Does the file of a draft that waits say something else than was submitted?"""
    return it.is_draft and it.state.open and _file(it) != it.proposal.text


def _file(it: Submission) -> bytes:
    try:
        return parts().storage.library.read(_path(it))
    except OSError:
        return b""


def _path(it: Submission) -> str:
    card = parts().catalogue.get(it.procedure_id)
    return card.procedure.path if card else f"{it.procedure_id}.md"


def _last(steps: list[Taken], submission_id: int) -> SubmissionStep | None:
    own = [one.kind for one in steps if one.submission_id == submission_id]
    return own[-1] if own else None


def _others(it: Submission) -> bool:
    """Is there a reviewer who may approve it?"""
    members = parts().people.directory.members([it.department])
    return any(parts().approval.may(one, Right.APPROVE, it) for one in members)


def _local(it: Submission, when: datetime) -> str:
    zone = departments().get(it.department).calendar.zone
    return f"{when.astimezone(zone):%Y-%m-%dT%H:%M}"
