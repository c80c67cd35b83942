"""A procedure renamed, moved, retired or erased: first what that changes, then the deed."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.catalogue.listings import Card
from kb.people.rights import Right
from kb.procedures.model import Procedure, Status
from kb.publishing.edits import Saved
from kb.publishing.outcomes import Refusal, Waits, or_refusal
from kb.publishing.writing import Relocation
from kb.search.results import Hit
from kb.web.publishing import opened_file, submitting
from kb.web.publishing.forms import LONGEST_NOTE, ErasureForm, PlaceForm, RetirementForm
from kb.web.publishing.save_messages import status_of
from kb.web.site import access
from kb.web.site.fields import mark
from kb.web.site.pages import now, parts, today

blueprint = Blueprint("changing", __name__)
_SUGGESTED = 6


@blueprint.get("/procedures/<path:procedure_id>/place")
def place(procedure_id: str) -> ResponseReturnValue:
    """Its title, department and file, to be changed."""
    card = access.allowed_or_404(Right.MOVE, procedure_id)
    form = PlaceForm(formdata=None)
    it = card.procedure
    form.title.data, form.department.data, form.path.data = it.title, it.department, it.path
    return _place_page(card, form)


@blueprint.post("/procedures/<path:procedure_id>/place")
def put(procedure_id: str) -> ResponseReturnValue:
    """Rename or move it. Links from other procedures follow in the same commit."""
    card = access.allowed_or_404(Right.MOVE, procedure_id)
    form, it = PlaceForm(), card.procedure
    done = parts().writing.move(it, _wanted(it, form), access.signed_in(), now())
    if isinstance(done, Refusal):
        mark(form, done.about, done.why)
        return _place_page(card, form, done.why), status_of(done, 400)
    changed = isinstance(done, Saved)
    flash("Moved. Its id and old addresses lead here." if changed else "Nothing changes.", "ok")
    return redirect(url_for("reading.procedure", procedure_id=it.id))


@blueprint.get("/procedures/<path:procedure_id>/retirement")
def retirement(procedure_id: str) -> ResponseReturnValue:
    """What it means, and the search for what is used instead; for a retired one, its way back."""
    card = _up_or_404(procedure_id)
    form = RetirementForm(formdata=None)
    form.successor.data = request.args.get("successor", "")[:300]
    return _retirement_page(card, form)


@blueprint.post("/procedures/<path:procedure_id>/retirement")
def retire(procedure_id: str) -> ResponseReturnValue:
    """Out of use. A successor that is no id is looked for, and offered to be chosen."""
    card = _up_or_404(procedure_id)
    form = RetirementForm()
    if card.procedure.status is Status.RETIRED:
        return _retirement_page(card, form, "It is retired already."), 409
    wanted = (form.successor.data or "").strip()
    follows = parts().catalogue.get(wanted) if wanted else None
    if wanted and (follows is None or not access.reader().may_find(follows.procedure)):
        said = "Choose one of these, or write an id."
        mark(form, "successor", said)
        return _retirement_page(card, form, said, _found(wanted, card)), 400
    note, me = form.note.data or "", access.signed_in()
    done = parts().writing.retire(card.procedure, wanted or None, note, me, now())
    if isinstance(done, Refusal):
        mark(form, done.about, done.why)
        return _retirement_page(card, form, done.why), status_of(done, 400)
    if isinstance(done, Waits):
        return submitting.proposed(done.number)
    flash("Retired: it is found no more, and old links lead on.", "ok")
    return redirect(url_for("reading.procedure", procedure_id=card.procedure.id))


@blueprint.post("/procedures/<path:procedure_id>/reinstatement")
def reinstate(procedure_id: str) -> ResponseReturnValue:
    """A retired one in use again."""
    card = access.editable_or_404(procedure_id)
    if card.procedure.status is not Status.RETIRED:
        flash("It is not retired.", "plain")
        return redirect(url_for("reading.procedure", procedure_id=card.procedure.id))
    done = parts().writing.reinstate(card.procedure, access.signed_in(), now())
    if isinstance(done, Waits):
        return submitting.proposed(done.number)
    if isinstance(done, Refusal):
        flash(f"It stays retired: {done.why}", "bad")
    else:
        flash("It is in use again.", "ok")
    return redirect(url_for("reading.procedure", procedure_id=card.procedure.id))


@blueprint.get("/procedures/<path:procedure_id>/removal")
def removal(procedure_id: str) -> ResponseReturnValue:
    """A draft that nobody wants: what it means."""
    return _removal_page(access.allowed_or_404(Right.REMOVE, procedure_id))


@blueprint.post("/procedures/<path:procedure_id>/removal")
def remove(procedure_id: str) -> ResponseReturnValue:
    """Its file goes, its versions stay in the history."""
    card = access.allowed_or_404(Right.REMOVE, procedure_id)
    note = request.form.get("note", "")[:LONGEST_NOTE]
    id, me = card.procedure.id, access.signed_in()
    done = or_refusal(lambda: parts().approval.remove(id, me, note, now()))
    if isinstance(done, Refusal):
        return _removal_page(card, done.why), status_of(done, 409)
    flash(f"{id} is removed. Its versions stay in the history of the files.", "ok")
    return redirect(url_for("browsing.department", department_id=card.procedure.department))


@blueprint.get("/procedures/<path:procedure_id>/erasure")
def erasure(procedure_id: str) -> ResponseReturnValue:
    """What erasing means; the administrator's alone."""
    return _erasure_page(
        access.allowed_or_404(Right.ERASE, procedure_id), ErasureForm(formdata=None)
    )


@blueprint.post("/procedures/<path:procedure_id>/erasure")
def erase(procedure_id: str) -> ResponseReturnValue:
    """For good, if its id was typed once more. Everybody's drafts of it go too."""
    card = access.allowed_or_404(Right.ERASE, procedure_id)
    form, it = ErasureForm(), card.procedure
    if (form.typed.data or "").strip() != it.id:
        mark(form, "typed", f"Type {it.id} to erase it.")
        return _erasure_page(card, form, "It is not erased."), 400
    erased = parts().writing.erase(it.id, access.signed_in(), now())
    if isinstance(erased, Refusal):
        return _erasure_page(card, form, erased.why), status_of(erased, 400)
    if erased.still_in_history:
        flash(f"{it.id} is erased here. Your own git repository still has its versions.", "warn")
    else:
        flash(f"{it.id} is erased for good.", "ok")
    return redirect(url_for("searching.home"))


def _wanted(it: Procedure, form: PlaceForm) -> Relocation:
    return Relocation(
        title=(form.title.data or "").strip(),
        department=form.department.data or it.department,
        path=(form.path.data or "").strip(),
        note=form.note.data or "",
    )


def _up_or_404(procedure_id: str) -> Card:
    """What is published, or was, if the one who asks may change it, or propose to."""
    card = access.editable_or_404(procedure_id)
    if card.procedure.status.kept_back:
        abort(404)
    return card


def _place_page(card: Card, form: PlaceForm, problem: str = "") -> str:
    form.offer(opened_file.writable())
    return render_template(
        "publishing/place.html", card=card, form=form, problem=problem, linking=_linking(card)
    )


def _retirement_page(
    card: Card, form: RetirementForm, problem: str = "", found: tuple[Hit, ...] = ()
) -> str:
    suggested = found or _found(card.procedure.title, card)
    return render_template(
        "publishing/retirement.html",
        card=card,
        form=form,
        problem=problem,
        suggested=suggested,
        waits=not access.allowed(Right.WRITE, card.procedure),
        linking=_linking(card),
    )


def _removal_page(card: Card, problem: str = "") -> str:
    return render_template(
        "publishing/removal.html", card=card, problem=problem, linking=_linking(card)
    )


def _erasure_page(card: Card, form: ErasureForm, problem: str = "") -> str:
    return render_template(
        "publishing/erasure.html", card=card, form=form, problem=problem, linking=_linking(card)
    )


def _found(words: str, card: Card) -> tuple[Hit, ...]:
    """Published procedures that may follow it."""
    found = parts().search.searcher.search(words, access.reader(), today(), limit=_SUGGESTED + 1)
    hits = (hit for hit in found.hits if hit.id != card.procedure.id)
    return tuple(hit for hit in hits if hit.found.status is Status.PUBLISHED)[:_SUGGESTED]


def _linking(card: Card) -> list[Procedure]:
    """Those that link to it, as far as the one who asks may know."""
    catalogue, reader = parts().catalogue, access.reader()
    ids = catalogue.at_paths(list(catalogue.linking_to(card.procedure.path)))
    cards = catalogue.by_ids(set(ids.values()))
    known = [each.procedure for each in cards.values() if reader.may_read(each.procedure)]
    others = [one for one in known if one.id != card.procedure.id]
    return sorted(others, key=lambda one: one.title)
