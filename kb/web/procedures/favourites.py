"""Procedures that a person keeps at hand: added and taken out on the procedure itself."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from kb.procedures.model import Procedure
from kb.web.site import access
from kb.web.site.access import readable_or_404
from kb.web.site.pages import now, parts

blueprint = Blueprint("favourites", __name__)


@blueprint.post("/procedures/<path:procedure_id>/favourite")
def add(procedure_id: str) -> ResponseReturnValue:
    """Keep it at hand."""
    id = readable_or_404(procedure_id).procedure.id
    if not parts().people.favourites.add(access.signed_in().id, id, now()):
        flash("You have as many favourites as there can be: take one out first.", "warn")
    return redirect(url_for("reading.procedure", procedure_id=id))


@blueprint.post("/procedures/<path:procedure_id>/favourite/removal")
def remove(procedure_id: str) -> ResponseReturnValue:
    """Take it out."""
    id = readable_or_404(procedure_id).procedure.id
    parts().people.favourites.remove(access.signed_in().id, id)
    return redirect(url_for("reading.procedure", procedure_id=id))


def on_page(procedure: Procedure) -> dict[str, bool]:
    """What procedures/procedure.html shows: is it one of theirs?"""
    who = access.person()
    kept = who is not None and parts().people.favourites.has(who.id, procedure.id)
    return {"favourite": kept}


def at_home() -> dict[str, tuple[Procedure, ...]]:
    """What search/home.html shows: those that may still be found, added last first."""
    who = access.person()
    ids = parts().people.favourites.of(who.id) if who else ()
    return {"favourites": findable(ids)}


def findable(ids: tuple[str, ...]) -> tuple[Procedure, ...]:
    """The procedures of these ids that the one who asks may find, in this order."""
    if not ids:
        return ()
    cards, reader = parts().catalogue.by_ids(set(ids)), access.reader()
    found = (cards[id].procedure for id in ids if id in cards)
    return tuple(one for one in found if reader.may_find(one))
