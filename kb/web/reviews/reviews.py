"""Reviews: what is due, "still right" for one or many, and handing over. For departments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from kb.people.answerable import may_confirm, may_hand_over
from kb.people.person import Person
from kb.procedures.model import Procedure
from kb.publishing.outcomes import Refusal
from kb.reviews.reviewing import CONFIRMED, HandOver, Tended
from kb.reviews.sql.review_list import SOON, ReviewFilter, ReviewState, Scope, Which
from kb.versions.sql.versions import Version
from kb.web.reviews.forms import KEEP, NOBODY, ChosenForm, ConfirmForm, HandOverForm
from kb.web.site import access
from kb.web.site.fields import mark
from kb.web.site.pages import (
    Pages,
    departments,
    now,
    page_number,
    parts,
    stand_at,
    today,
)

blueprint = Blueprint("reviews", __name__)
PER_PAGE = 25
_MOST_NAMED = 5


class ReviewPanel(Struct, frozen=True):
    """What procedures/_review.html shows: who confirmed it, and whether the reader may."""

    confirmed: Version | None
    may: bool
    pressing: bool


def panel(procedure: Procedure) -> dict[str, ReviewPanel | None]:
    """For who is signed in."""
    me = access.person()
    if me is None:
        return {"review_panel": None}
    allowed = may_confirm(me, procedure, departments().get(procedure.department))
    pressing = procedure.due is None or procedure.due <= today() + SOON
    return {"review_panel": ReviewPanel(_confirmed(procedure), allowed, pressing)}


@blueprint.post("/procedures/<path:procedure_id>/review")
def confirm(procedure_id: str) -> ResponseReturnValue:
    """One procedure is still right, as it was read."""
    procedure = access.readable_or_404(procedure_id).procedure
    me, form = access.signed_in(), ConfirmForm()
    if not may_confirm(me, procedure, departments().get(procedure.department)):
        abort(404)
    if not form.validate():
        abort(400)
    _confirm({procedure.id: form.version.data}, me)
    return redirect(url_for("reading.procedure", procedure_id=procedure.id))


@blueprint.get("/reviews")
def listing() -> ResponseReturnValue:
    """What is due in my departments, what matters most first."""
    return _listing_page(_asked())


@blueprint.get("/reviews/orphans")
def orphans() -> ResponseReturnValue:
    """What has no owner who is here, or no department."""
    return _listing_page(replace(_asked(), which=Which.ORPHANS))


@blueprint.post("/reviews/confirmations")
def confirmations() -> ResponseReturnValue:
    """Those that were ticked are still right."""
    me, form = _tending_or_404()[0], ChosenForm()
    if not form.validate():
        abort(400)
    if chosen := form.versions():
        _confirm(chosen, me)
    else:
        mark(form, "chosen", "Tick the procedures that are still right.")
        return _again(form)
    return redirect(_back())


@blueprint.post("/reviews/hand-overs")
def hand_overs() -> ResponseReturnValue:
    """Those that were ticked, or the whole list, have another owner or deputy."""
    me, scope = _tending_or_404()
    people = _people(scope)
    form = HandOverForm().offer(people)
    if not form.validate():
        abort(400)
    ids = _ids(form, scope)
    change = _change(form)
    if not ids:
        mark(form, "chosen", "Tick the procedures that are handed over.")
    elif change is None:
        mark(form, "owner", "Choose who answers for them from now on.")
    if not ids or change is None:
        return _again(form)
    _tell("Handed over", parts().reviews.reviewing.hand_over(ids, change, people, me, now()))
    return redirect(_back())


def _again(form: ChosenForm) -> ResponseReturnValue:
    """The list as it was, with what was ticked and chosen, and what is missing."""
    stand_at(url_for(".listing"))
    return _listing_page(_asked(), form), 400


def _asked() -> ReviewFilter:
    which, owner = request.args.get("which", Which.DUE), request.args.get("owner")
    if which not in set(Which):
        abort(404)
    if owner == "me":
        owner = access.signed_in().email
    return ReviewFilter(
        Which(which), request.args.get("department") or None, "" if owner == NOBODY else owner
    )


def _tending_or_404() -> tuple[Person, Scope]:
    """Who asks, with the departments whose procedures are theirs to tend."""
    me = access.signed_in()
    if not me.departments:
        abort(404)
    whose = None if me.administrator else me.departments
    return me, Scope(whose, me.reader().drafts_of)


def _listing_page(asked: ReviewFilter, sent: ChosenForm | None = None) -> str:
    me, scope = _tending_or_404()
    if asked.department and scope.departments is not None:
        asked.department in scope.departments or abort(404)
    reviews = parts().reviews.listed
    found = reviews.listed(scope, asked, today(), page_number(), PER_PAGE)
    owners = reviews.owners(scope)
    people = _people(scope)
    emails = {each for row in found.rows for each in (row.owner, row.deputy) if each}
    return render_template(
        "reviews/listing.html",
        asked=asked,
        rows=found.rows,
        pages=Pages(page_number(), PER_PAGE, found.total),
        counts=reviews.counts(scope, asked, today()),
        owners=owners,
        mine=_departments(scope),
        names=parts().people.directory.names(
            {*emails, *filter(None, owners), *filter(None, [asked.owner])}
        ),
        form=sent if isinstance(sent, HandOverForm) else HandOverForm(formdata=None).offer(people),
        ticked=frozenset(sent.versions() if sent else ()),
        unticked=sent.chosen.errors[0] if sent and sent.chosen.errors else "",
        may_tick={row.id for row in found.rows if _may_tick(me, row)},
        may_confirm=any(_may_confirm(me, row) for row in found.rows),
    )


def _may_confirm(me: Person, row: ReviewState) -> bool:
    procedure = Procedure(
        row.id,
        row.title,
        row.path,
        row.version,
        department=row.department,
        owner=row.owner,
        deputy=row.deputy,
        status=row.status,
    )
    return may_confirm(me, procedure, departments().get(row.department))


def _may_tick(me: Person, row: ReviewState) -> bool:
    return may_hand_over(me, departments().get(row.department)) or _may_confirm(me, row)


def _departments(scope: Scope) -> list[str]:
    known = departments().by_id
    if scope.departments is None:
        return list(known)
    return sorted(scope.departments, key=lambda id: (id not in known, departments().get(id).name))


def _people(scope: Scope) -> tuple[Person, ...]:
    """Who may own procedures there: the members."""
    return parts().people.directory.members(_departments(scope))


def _ids(form: HandOverForm, scope: Scope) -> list[str]:
    if form.every.data:
        return parts().reviews.listed.ids(scope, _asked(), today())
    return list(form.versions())


def _change(form: HandOverForm) -> HandOver | None:
    said = {KEEP: None, NOBODY: ""}
    owner = said.get(form.owner.data, form.owner.data)
    deputy = said.get(form.deputy.data, form.deputy.data)
    if form.instead_of.data:
        return None if owner is None else HandOver(owner, instead_of=form.instead_of.data)
    return None if owner is None and deputy is None else HandOver(owner, deputy)


def _confirm(chosen: dict[str, str], me: Person) -> None:
    done = parts().reviews.reviewing.confirm(chosen, me, now())
    _tell("Confirmed as still right", done)


def _tell(what: str, done: Tended | Refusal) -> None:
    """What was done, with the way to undo it, and why the others stay as they are."""
    if isinstance(done, Refusal):
        flash(done.why, "bad")
        return
    cards = parts().catalogue.by_ids({*done.procedure_ids, *done.skipped})
    known = {id: card.procedure for id, card in cards.items()}
    titles = {id: one.title for id, one in known.items() if access.reader().may_read(one)}
    if done.commit:
        shown = [titles.get(id, id) for id in done.procedure_ids]
        text = render_template("reviews/_done.html", what=what, titles=shown, commit=done.commit)
        flash(Markup(text), "ok")
    if done.skipped:
        told = [f"{titles.get(id, id)[:80]}: {why}" for id, why in done.skipped.items()]
        more = len(told) - _MOST_NAMED
        rest = [f"and {more} more"] if more > 0 else []
        flash("Not changed. " + "; ".join([*told[:_MOST_NAMED], *rest]) + ".", "warn")


def _back() -> str:
    """The list that was acted on, with its filter."""
    given = {name: request.args.get(name) for name in ("which", "department", "owner")}
    asked: dict[str, Any] = {name: value for name, value in given.items() if value}
    return url_for(".listing", **asked)


def _confirmed(procedure: Procedure) -> Version | None:
    """Who said so, where the day in the file is from that."""
    if procedure.reviewed is None:
        return None
    found = parts().versions.noted(procedure, CONFIRMED, access.reader())
    zone = departments().get(procedure.department).calendar.zone
    said = found is not None and found.at.astimezone(zone).date() == procedure.reviewed
    return found if said else None
