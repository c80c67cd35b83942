"""Procedures that say nearly the same: side by side, to be merged or told apart."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kb.catalogue.listings import Card
from kb.procedures.model import Procedure
from kb.versions.differences import Unit, difference
from kb.versions.page_blocks import blocks
from kb.web.documents.rendered import text_of_bytes
from kb.web.site import access
from kb.web.site.pages import Pages, now, page_number, parts
from kb.web.tidying.tidying import tidying_page

blueprint = Blueprint(
    "twins", __name__, url_prefix="/departments/<path:department_id>/tidying/alike"
)
PER_PAGE = 30


@blueprint.get("")
def listing(department_id: str) -> ResponseReturnValue:
    """The pairs, the most alike first."""
    access.member_of_or_404(department_id)
    pairs, total = parts().tidying.twins.listed(department_id, page_number(), PER_PAGE)
    ids = {id for pair in pairs for id in (pair.one_id, pair.other_id)}
    cards = parts().catalogue.by_ids(ids)
    shown = [(pair, cards[pair.one_id].procedure, cards[pair.other_id].procedure) for pair in pairs]
    return tidying_page(
        "duplicates",
        department_id,
        shown=shown,
        pages=Pages(page_number(), PER_PAGE, total),
        compared=bool(parts().tidying.twins.compared()),
        apart=_apart(department_id),
    )


@blueprint.get("/pair")
def pair(department_id: str) -> ResponseReturnValue:
    """?one= and ?other= side by side."""
    department = access.member_of_or_404(department_id)
    one, other = _pair_or_404(department_id, request.args)
    old, new = (_blocks(card.procedure) for card in (one, other))
    return render_template(
        "tidying/pair.html",
        department=department,
        one=one.procedure,
        other=other.procedure,
        found=difference(old, new, whole=request.args.get("whole") == "1"),
        whole=request.args.get("whole") == "1",
    )


@blueprint.post("/distinctions")
def distinguish(department_id: str) -> ResponseReturnValue:
    """These are not the same: offer them no more."""
    department = access.member_of_or_404(department_id)
    one, other = (card.procedure.id for card in _pair_or_404(department_id, request.form))
    parts().tidying.twins.tell_apart(one, other, access.signed_in().id, now())
    flash(f"{one} and {other} are not offered again.", "ok")
    return redirect(url_for(".listing", department_id=department.id))


@blueprint.post("/distinctions/removal")
def reunite(department_id: str) -> ResponseReturnValue:
    """Offer a pair again."""
    department = access.member_of_or_404(department_id)
    one, other = (card.procedure.id for card in _pair_or_404(department_id, request.form))
    parts().tidying.twins.put_together(one, other)
    flash(f"{one} and {other} are offered again.", "ok")
    return redirect(url_for(".listing", department_id=department.id))


def _apart(department_id: str) -> list[tuple[Procedure, Procedure]]:
    """The pairs that were told apart, as far as they may be read."""
    pairs = parts().tidying.twins.told_apart(department_id, PER_PAGE)
    cards = parts().catalogue.by_ids({id for pair in pairs for id in pair})
    both = [
        (cards[one].procedure, cards[two].procedure)
        for one, two in pairs
        if {one, two} <= cards.keys()
    ]
    may_read = access.reader().may_read
    return [(one, two) for one, two in both if may_read(one) and may_read(two)]


def _blocks(procedure: Procedure) -> list[Unit]:
    """What a reader sees of it, as the file says it now."""
    try:
        raw = parts().storage.library.read(procedure.path)
    except OSError:
        abort(404)
    text = text_of_bytes(raw, procedure.path, procedure.id, access.reader())
    return blocks(text.page, text.procedure.title)


def _pair_or_404(department_id: str, asked: MultiDict[str, str]) -> tuple[Card, Card]:
    """Two procedures that may be read, one of them the department's."""
    names = [asked.get(name, "") for name in ("one", "other")]
    one, other = (access.readable_or_404(name) for name in names)
    departments = {card.procedure.department for card in (one, other)}
    if one.procedure.id == other.procedure.id or department_id not in departments:
        abort(404)
    return one, other
