"""Standing must-reads: made, seen how far everybody is, ended."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.must_reads.audience import NotAsked
from kb.must_reads.keeping import about
from kb.must_reads.standing import Scope, StandingMustRead
from kb.people.person import Person
from kb.people.rights import Right, may
from kb.procedures.model import Department
from kb.web.must_reads.forms import ALL, StandingForm, offered
from kb.web.site import access
from kb.web.site.csv_files import csv_file
from kb.web.site.fields import mark
from kb.web.site.pages import departments, now, parts, today

blueprint = Blueprint("standing", __name__, url_prefix="/standing-must-reads")
_SHOWN = 200  # people on the page; the file has all
_HEAD = ("person", "e-mail", "asked", "confirmed", "late", "answers to the question")


@blueprint.app_template_global("about_standing")
def about_words(one: StandingMustRead) -> str:
    """What it is about, as a heading."""
    wanted = one.wanted
    text = about(wanted)
    if wanted.scope is Scope.PROCEDURE:
        found = parts().catalogue.get(wanted.value)
        text = found.procedure.title if found else wanted.value
    elif wanted.scope is Scope.DEPARTMENT:
        text = f"everything of {departments().get(wanted.department).name}"
    elif wanted.department:
        text = f"{text} of {departments().get(wanted.department).name}"
    return text[:1].upper() + text[1:]


def overseen(who: Person) -> tuple[StandingMustRead, ...]:
    """Those of the departments of that person; administrators see all."""
    own = None if who.administrator else who.departments
    return parts().must_reads.keeping.standing.of_departments(own)


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form; ?keyword=, ?folder= and ?procedure= say what it is about."""
    form = StandingForm(formdata=None).offer(_own(_writer()), offered())
    for scope in Scope:
        if value := request.args.get(scope.value):
            form.scope.data, form.value.data = scope.value, value[:200]
    return _form_page(form)


@blueprint.post("")
def make() -> ResponseReturnValue:
    """Ask everybody now, and whoever joins later."""
    who = _writer()
    form = StandingForm().offer(_own(who), offered())
    try:
        wanted = form.wanted()
        if not _may_make(who, wanted.department):
            raise NotAsked("You do not write for that department.", "department")
        number = parts().must_reads.keeping.make(wanted, who, now())
    except NotAsked as refusal:
        mark(form, form.field_of(refusal.about), str(refusal))
        return _form_page(form, str(refusal)), 400
    flash(
        "It stands: everybody whom it concerns is asked within a minute, and whoever joins later.",
        "ok",
    )
    return redirect(url_for(".one", standing_id=number))


@blueprint.get("/<int:standing_id>")
def one(standing_id: int) -> ResponseReturnValue:
    """What it asks, and how far everybody is."""
    found = _found_or_404(standing_id)
    keeping = parts().must_reads.keeping.standing
    progress = keeping.progress(found.id, today())
    return render_template(
        "must_reads/standing.html",
        standing=found,
        procedures=keeping.scope_of(found.wanted),
        progress=progress[:_SHOWN],
        people=len(progress),
        may_end=_may_make(access.signed_in(), found.wanted.department),
    )


@blueprint.post("/<int:standing_id>/ending")
def end(standing_id: int) -> ResponseReturnValue:
    """Nobody is asked from now on."""
    found, who = _found_or_404(standing_id), access.signed_in()
    if not _may_make(who, found.wanted.department):
        abort(404)
    parts().must_reads.keeping.standing.end(found.id, who.id, now())
    flash("It has ended: nobody is asked for it now. Confirmations stay on record.", "ok")
    return redirect(url_for(".one", standing_id=found.id))


@blueprint.get("/<int:standing_id>/progress.csv")
def progress(standing_id: int) -> ResponseReturnValue:
    """How far everybody is, as a table."""
    found = _found_or_404(standing_id)
    every = parts().must_reads.keeping.standing.progress(found.id, today())
    rows = [(it.name, it.email, it.asked, it.confirmed, it.late, it.tries) for it in every]
    return csv_file(f"standing-must-read-{found.id}.csv", _HEAD, rows)


def _writer() -> Person:
    return access.writer_or_404() if not access.signed_in().administrator else access.signed_in()


def _own(who: Person) -> list[tuple[str, str]]:
    """Whose procedures this person may ask for."""
    known: list[Department] = [it for it in offered() if _may_make(who, it.id)]
    every = [(ALL, "All departments")] if who.administrator else []
    return [*((it.id, it.name) for it in known), *every]


def _may_make(who: Person, department: str) -> bool:
    return who.administrator or (bool(department) and may(who, Right.WRITE, department))


def _found_or_404(standing_id: int) -> StandingMustRead:
    """It, for its department and administrators."""
    found, who = parts().must_reads.keeping.standing.get(standing_id), access.signed_in()
    if found is None:
        abort(404)
    if not who.administrator and found.wanted.department not in who.departments:
        abort(404)
    return found


def _form_page(form: StandingForm, problem: str = "") -> str:
    return render_template("must_reads/new_standing.html", form=form, problem=problem)
