"""Changes that must be read: mine with one click to confirm, and what my departments asked."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from kb.must_reads.audience import NotAsked
from kb.must_reads.must_read import EVERYONE, REPS, MustRead
from kb.people.person import Person
from kb.people.rights import Right, may
from kb.procedures.model import Procedure
from kb.web.must_reads import standing
from kb.web.must_reads.changes import change_of
from kb.web.must_reads.forms import AudienceForm, offered, request_from
from kb.web.people.signing_in import safe_next
from kb.web.site import access
from kb.web.site.csv_files import csv_file
from kb.web.site.fields import mark
from kb.web.site.pages import Pages, departments, here, now, page_number, parts, today

blueprint = Blueprint("must_reads", __name__)
PER_PAGE = 30
AT_HOME = 3  # shown whole on the home page
_LOOKED_AT = 30  # for those of them that may still be read
_DONE = 10
_MISSING = 200  # names on the page; the file has all
HEAD = (
    *("procedure", "title", "version", "department", "audience", "asked by", "asked at"),
    *("read by", "cancelled at", "person", "e-mail", "confirmed at"),
)


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions["kb_changes"] = {}
    state.app.jinja_env.globals["audience_words"] = audience_words


def at_home() -> dict[str, object]:
    """What search/home.html shows: the most urgent, whole, and how many there are."""
    who = access.person()
    if who is None:
        return {"must_reads": [], "must_reads_in_all": 0}
    mine = _readable(parts().must_reads.must_reads.open_for(who.id, most=_LOOKED_AT))
    many = parts().must_reads.must_reads.how_many_for(who.id) if len(mine) > AT_HOME else len(mine)
    return {"must_reads": [change_of(one) for one in mine[:AT_HOME]], "must_reads_in_all": many}


def on_page(procedure: Procedure) -> dict[str, tuple[MustRead, ...]]:
    """What procedures/procedure.html shows: the changes of it that who reads has to confirm."""
    who = access.person()
    found = parts().must_reads.must_reads.open_for(who.id, procedure.id) if who else ()
    return {"to_confirm": found}


@blueprint.get("/must-reads")
def listing() -> ResponseReturnValue:
    """What I have to read, what I confirmed last; for who writes, what was asked."""
    who = access.signed_in()
    asked = parts().must_reads.must_reads.of_departments(_overseen(who), page_number(), PER_PAGE)
    pages = Pages(page_number(), PER_PAGE, asked.total)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    done = parts().must_reads.must_reads.confirmed_by(who.id, _DONE)
    return render_template(
        "must_reads/listing.html",
        mine=_mine(),
        done=_readable(done),
        asked=_readable(asked.must_reads),
        oversees=_oversees_any(who),
        pages=pages,
        standing=standing.overseen(who) if _oversees_any(who) else (),
        may_make=who.administrator or bool(who.writes_for),
    )


@blueprint.get("/must-reads/<int:must_read_id>")
def one(must_read_id: int) -> ResponseReturnValue:
    """One, with the difference; for its department, who has not confirmed."""
    found, who = _found_or_404(must_read_id), access.signed_in()
    must_reads, oversees = parts().must_reads.must_reads, _oversees(who, found)
    return render_template(
        "must_reads/one.html",
        change=change_of(found),
        mine=must_reads.asked_of(found.id, who.id),
        oversees=oversees,
        missing=must_reads.missing(found.id, _MISSING) if oversees else (),
        may_cancel=may(who, Right.WRITE, found.department),
    )


@blueprint.post("/must-reads/<int:must_read_id>/confirmation")
def confirm(must_read_id: int) -> ResponseReturnValue:
    """I have read this version."""
    found, who = _found_or_404(must_read_id), access.signed_in()
    if parts().must_reads.must_reads.asked_of(found.id, who.id) is None or found.cancelled_at:
        abort(404)
    if request.form.get("version") != found.version:
        abort(400)
    given = request.form.get("answer", "")
    answer = int(given) if given.isascii() and given.isdecimal() and len(given) < 3 else None
    if found.check_question and answer is None:
        flash("Answer the question first.", "bad")
    elif not parts().must_reads.must_reads.confirm(found.id, who.id, now(), answer):
        flash(f"Not quite. Look at “{found.title}” once more, and try again.", "bad")
    else:
        question = found.check_question
        why = f" {question.why}" if question and question.why else ""
        what = "" if found.standing_id else "what has changed in "
        flash(f"Thank you. You have confirmed {what}“{found.title}”.{why}", "ok")
    return redirect(safe_next(request.form.get("next")))


@blueprint.post("/must-reads/<int:must_read_id>/cancellation")
def cancel(must_read_id: int) -> ResponseReturnValue:
    """Nobody has to read it any more."""
    found, who = _found_or_404(must_read_id), access.signed_in()
    if not may(who, Right.WRITE, found.department):
        abort(404)
    parts().must_reads.must_reads.cancel(found.id, who.id, now())
    flash("Nobody is asked to read it now. Confirmations stay on record.", "ok")
    return redirect(url_for(".one", must_read_id=found.id))


@blueprint.get("/procedures/<path:procedure_id>/must-reads")
def form(procedure_id: str) -> ResponseReturnValue:
    """The form that asks people to read a procedure as it is now."""
    procedure = access.editable_or_404(procedure_id).procedure
    return _form_page(procedure, AudienceForm(formdata=None).offer(offered()))


@blueprint.post("/procedures/<path:procedure_id>/must-reads")
def ask(procedure_id: str) -> ResponseReturnValue:
    """Ask them."""
    procedure = access.editable_or_404(procedure_id).procedure
    typed = AudienceForm().offer(offered())
    try:
        asked = parts().must_reads.ask(procedure, request_from(typed), access.signed_in(), now())
    except NotAsked as refusal:
        mark(typed, f"must_{refusal.about}", str(refusal))
        return _form_page(procedure, typed, str(refusal)), 400
    flash(told(asked), "ok")
    return redirect(url_for("reading.procedure", procedure_id=procedure.id))


@blueprint.get("/must-reads/<int:must_read_id>/confirmations.csv")
def file(must_read_id: int) -> ResponseReturnValue:
    """Who was asked and when they confirmed, for the auditor."""
    found = _found_or_404(must_read_id)
    if not _oversees(access.signed_in(), found):
        abort(404)
    return csv_file(f"must-read-{found.id}.csv", HEAD, _rows([found]))


@blueprint.get("/must-reads/confirmations.csv")
def files() -> ResponseReturnValue:
    """The same of all that my departments ever asked."""
    who = access.signed_in()
    if not _oversees_any(who):
        abort(404)
    every = parts().must_reads.must_reads.of_departments(_overseen(who), 1, 100_000).must_reads
    return csv_file(f"must-reads-{today()}.csv", HEAD, _rows(list(_readable(every))))


def told(asked: int) -> str:
    """What who asked is told."""
    people = "One person is" if asked == 1 else f"{asked:,} people are"
    return f"{people} asked to read and confirm it. Who has not is shown under “Must be read”."


def audience_words(audience: tuple[str, ...]) -> str:
    """ "All reps, members of Shipping"."""
    words = {EVERYONE: "everyone", REPS: "all reps"}
    named = [words.get(one) or f"members of {departments().get(one).name}" for one in audience]
    text = ", ".join(named)
    return text[:1].upper() + text[1:]


def _form_page(procedure: Procedure, typed: AudienceForm, problem: str = "") -> str:
    return render_template(
        "must_reads/ask.html", procedure=procedure, form=typed, problem=problem, today=today()
    )


def _mine() -> tuple[MustRead, ...]:
    who = access.person()
    return _readable(parts().must_reads.must_reads.open_for(who.id)) if who else ()


def _readable(found: tuple[MustRead, ...]) -> tuple[MustRead, ...]:
    """Without those of procedures that who asks may not read now."""
    cards = parts().catalogue.by_ids({one.procedure_id for one in found})
    reader = access.reader()
    known = {id for id, card in cards.items() if reader.may_read(card.procedure)}
    return tuple(one for one in found if one.procedure_id in known)


def _found_or_404(must_read_id: int) -> MustRead:
    """It, for who was asked and who oversees it, as long as they may read the procedure."""
    found, who = parts().must_reads.must_reads.get(must_read_id), access.signed_in()
    if found is None or not _readable((found,)):
        abort(404)
    asked = parts().must_reads.must_reads.asked_of(found.id, who.id)
    if asked is None and not _oversees(who, found):
        abort(404)
    return found


def _oversees(who: Person, found: MustRead) -> bool:
    """Its department's editors, reviewers and lead; administrators for the auditor."""
    return who.administrator or found.department in who.departments


def _overseen(who: Person) -> frozenset[str] | None:
    if who.administrator:
        return None
    return who.departments


def _oversees_any(who: Person) -> bool:
    overseen = _overseen(who)
    return overseen is None or bool(overseen)


def _rows(found: list[MustRead]) -> list[tuple[object, ...]]:
    by_id = {one.id: one for one in found}
    rows: list[tuple[object, ...]] = []
    for asked in parts().must_reads.must_reads.everybody(by_id):
        one = by_id[asked.must_read_id]
        rows.append(
            (
                *(one.procedure_id, one.title, one.version, departments().get(one.department).name),
                *(audience_words(one.audience), one.asker, _moment(one.asked_at)),
                *(one.read_by.isoformat(), _moment(one.cancelled_at)),
                *(asked.name, asked.email, _moment(asked.confirmed_at)),
            )
        )
    return rows


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(sep=" ", timespec="seconds")
