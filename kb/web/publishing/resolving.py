"""Two people changed the same lines: both texts side by side, and the second one decides."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.catalogue.listings import Card
from kb.documents.document import decoded
from kb.publishing.along import Typed
from kb.publishing.edits import Clash, Edit, author_of
from kb.publishing.outcomes import Breaks, Refusal
from kb.publishing.three_way_merge import Stretch, clashes, merge
from kb.web.publishing import answered_items, homeless, must_read_marks, opened_file, submitting
from kb.web.publishing.answered_items import Answers
from kb.web.publishing.endings import ended
from kb.web.publishing.forms import ResolutionForm
from kb.web.publishing.must_read_marks import MustReadMark
from kb.web.publishing.save_messages import status_of
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("resolving", __name__)
CHOICES = ("mine", "theirs", "both", "hand")
_AROUND = 3  # agreed lines that are shown before and after a clash


class Place(Struct, frozen=True):
    """A stretch as the page shows it. Clashes have a number, from 1; agreed ones are shortened."""

    number: int
    base: str = ""
    mine: str = ""
    theirs: str = ""
    before: str = ""
    skipped: int = 0
    after: str = ""
    choice: str = ""
    hand: str = ""


@blueprint.post("/procedures/<path:procedure_id>/resolution")
def resolve(procedure_id: str) -> ResponseReturnValue:
    """Save what was decided. What is not decided yet is asked once more."""
    card = homeless.editable_or_kept(procedure_id)
    form = ResolutionForm()
    base, mine, theirs = (
        opened_file.unsealed(form[name].data, card.procedure.id)
        for name in ("base", "mine", "theirs")
    )
    clash = Clash(base, mine, theirs, _stretches(base, mine, theirs))
    note, told = form.note.data or "", form.worth_telling.data != "no"
    chosen = [_chosen(nth, one) for nth, one in enumerate(clash.clashes, 1)]
    if None in chosen:
        return ask(card, clash, note, told, "Decide each place that is marked below."), 400
    text = clash.merged_with_choices([each for each in chosen if each is not None])
    me, mark = access.signed_in(), MustReadMark(note)
    done = parts().writing.write(
        card.procedure,
        Edit(card.procedure.path, theirs, text, note, told, author_of(me)),
        me,
        now(),
        typed=Typed(anyway=True),
        along=(Answers(answered_items.panel(card), note), mark),
        submits=submitting.submits(),
    )
    if isinstance(done, Clash):
        said = "The file has changed once more meanwhile. What you decided is your text now."
        return ask(card, done, note, told, said), 409
    if isinstance(done, Refusal):
        return ask(card, clash, note, told, done.why), status_of(done, 400)
    assert not isinstance(done, Breaks)  # whoever decides wants it anyway
    return ended(done, card.procedure.id, to_read=mark.is_set)


def ask(card: Card, clash: Clash, note: str, told: bool, problem: str = "") -> str:
    """The page with both texts. Nothing is written and the draft stays."""
    form = ResolutionForm(formdata=None)
    for name in ("base", "mine", "theirs"):
        form[name].data = opened_file.sealed(getattr(clash, name), card.procedure.id)
    form.note.data, form.worth_telling.data = note, "yes" if told else "no"
    if told and request.form.get("worth_telling") == must_read_marks.MUST:
        form.worth_telling.data = must_read_marks.MUST
    return render_template(
        "publishing/conflict.html",
        card=card,
        form=form,
        places=_places(clash),
        removed=not clash.theirs,
        problem=problem,
        answering=answered_items.panel(card),
    )


def _stretches(base: bytes, mine: bytes, theirs: bytes) -> tuple[Stretch, ...]:
    """As the saver found them: where a merged file would be faulty, all of it is one clash."""
    found = merge(base, mine, theirs)
    return found if clashes(found) else (Stretch(base, mine, theirs, clash=True),)


def _chosen(number: int, one: Stretch) -> bytes | None:
    """The text that was decided on for that clash; None while it is open."""
    choice = request.form.get(f"choice-{number}")
    end = b"\r\n" if b"\r\n" in one.theirs + one.mine else b"\n"
    if choice == "mine":
        return one.mine
    if choice == "theirs":
        return one.theirs
    if choice == "both":
        gap = b"" if not one.theirs or one.theirs.endswith((b"\n", b"\r")) else end
        return one.theirs + gap + one.mine
    if choice == "hand":
        typed = request.form.get(f"hand-{number}", "").replace("\r\n", "\n").replace("\r", "\n")
        text = typed.encode("utf-8", "replace").replace(b"\n", end)
        return text if not text or text.endswith(end) else text + end
    return None


def _places(clash: Clash) -> list[Place]:
    places: list[Place] = []
    number = 0
    for stretch in clash.stretches:
        if not stretch.clash:
            places.append(_agreed(_text(stretch.mine)))
            continue
        number += 1
        mine, theirs = _text(stretch.mine), _text(stretch.theirs)
        places.append(
            Place(
                number,
                base=_text(stretch.base),
                mine=mine,
                theirs=theirs,
                choice=request.form.get(f"choice-{number}", ""),
                hand=request.form.get(f"hand-{number}", mine),
            )
        )
    return places


def _agreed(text: str) -> Place:
    lines = text.splitlines()
    if len(lines) <= 2 * _AROUND + 2:
        return Place(0, before=text)
    return Place(
        0,
        before="\n".join(lines[:_AROUND]),
        skipped=len(lines) - 2 * _AROUND,
        after="\n".join(lines[-_AROUND:]),
    )


def _text(raw: bytes) -> str:
    return decoded(raw, "", []).removesuffix("\n")
