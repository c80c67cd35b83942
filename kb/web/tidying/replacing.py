"""Search and replace over a department: every place is shown first, then it is one commit."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kb.documents.source.replacing import LONGEST, Replacement
from kb.people.rights import Right
from kb.procedures.model import Procedure
from kb.publishing.outcomes import Refusal
from kb.web.publishing.save_messages import status_of
from kb.web.site import access
from kb.web.site.pages import now, number_in, parts
from kb.web.tidying.tidying import tell_done, tidying_page

blueprint = Blueprint("replacing", __name__, url_prefix="/departments/<path:department_id>/tidying")


@blueprint.get("/replacement")
def form(department_id: str) -> ResponseReturnValue:
    """What to look for; with ?old=, every place where it stands."""
    access.member_of_or_404(department_id)
    return _page(department_id, _wording(request.args))


def _page(department_id: str, wording: Replacement, unticked: str = "") -> str:
    """The form with its places; `unticked` says why nothing was replaced."""
    preview = None
    if _problem(wording) == "":
        preview = parts().tidying.rewording.preview(_procedures(department_id), wording)
    asked = bool(request.values.get("old"))
    return tidying_page(
        "replacement",
        department_id,
        wording=wording,
        preview=preview,
        problem=_problem(wording) if asked else "",
        first_time=not request.values,
        unticked=unticked,
        ticked=frozenset(request.form.getlist("place")) if unticked else None,
    )


@blueprint.post("/replacements")
def replace(department_id: str) -> ResponseReturnValue:
    """Put the new wording where it was ticked, in one commit."""
    access.member_of_or_404(department_id)
    wording, chosen = _wording(request.form), _chosen(request.form)
    back = url_for(".form", department_id=department_id, **_asked(wording))
    if _problem(wording) or not chosen:
        return _page(department_id, wording, "Tick the places that shall change."), 400
    procedures = _procedures(department_id)
    me = access.signed_in()
    done = parts().tidying.rewording.replace(procedures, wording, chosen, me, now())
    if isinstance(done, Refusal):
        return _page(department_id, wording, done.why), status_of(done, 409)
    return tell_done(done, back)


def _procedures(department_id: str) -> list[Procedure]:
    """Those that the one who asks may change at once: other changes wait for a reviewer."""
    cards = parts().catalogue.by_ids(parts().tidying.keyword_uses.ids(department_id))
    every = (card.procedure for card in cards.values())
    mine = [one for one in every if access.allowed(Right.WRITE, one)]
    return sorted(mine, key=lambda one: one.path)


def _wording(said: MultiDict[str, Any]) -> Replacement:
    return Replacement(
        said.get("old", "").replace("\r", "").replace("\n", " ")[: LONGEST + 1],
        said.get("new", "").replace("\r", "").replace("\n", " ")[: LONGEST + 1],
        whole_words=said.get("whole") == "1",
        any_case=said.get("case") == "any",
    )


def _asked(wording: Replacement) -> dict[str, Any]:
    return {
        "old": wording.old,
        "new": wording.new,
        "whole": "1" if wording.whole_words else "0",
        "case": "any" if wording.any_case else "same",
    }


def _problem(wording: Replacement) -> str:
    """Why it cannot be looked for; "" where it can."""
    if not wording.old.strip():
        return "Write what is to be replaced."
    if max(len(wording.old), len(wording.new)) > LONGEST:
        return f"At most {LONGEST} characters, please."
    if wording.old == wording.new:
        return "The two are the same; write what it should say instead."
    return ""


def _chosen(said: MultiDict[str, Any]) -> dict[tuple[str, str], list[int]]:
    """The ticked places by (id, version): each field says "version.number.id"."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for ticked in said.getlist("place"):
        version, _, rest = ticked.partition(".")
        written, _, id = rest.partition(".")
        number = number_in(written, 5)
        if id and number is not None:
            found[(id, version)].append(number)
    return dict(found)
