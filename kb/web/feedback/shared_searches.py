"""Failed searches that several people share, as requests in the inbox that nobody has sent."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kb.insight.sql.shared_searches import AT_LEAST, Shared, SharedSearches
from kb.web.site import access
from kb.web.site.pages import Pages, now, page_number, parts

blueprint = Blueprint("shared_searches", __name__, url_prefix="/inbox/searches")
PER_PAGE = 25


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """Those of my departments, of most people first."""
    mine = access.answering().departments
    found = _shared()
    return render_template(
        "feedback/inbox/shared.html",
        searches=found.open(mine, page_number(), PER_PAGE),
        pages=Pages(page_number(), PER_PAGE, found.count(mine)),
        at_least=AT_LEAST,
        several=len(mine) > 1,
    )


@blueprint.post("/<int:shared_id>/setting-aside")
def set_aside(shared_id: int) -> ResponseReturnValue:
    """Nobody needs to answer these words; they stand under Ignored, to be taken back."""
    found = _mine_or_404(shared_id)
    parts().insight.report.ignore(found.words, now())
    _shared().close(found.id, access.signed_in().id, now())
    flash("Set aside. You can find it under Insight, Ignored, and show it again.", "ok")
    return redirect(url_for(".listing"))


@blueprint.post("/<int:shared_id>/closing")
def close(shared_id: int) -> ResponseReturnValue:
    """Dealt with: it comes up again only if it still fails after 30 days."""
    found = _mine_or_404(shared_id)
    _shared().close(found.id, access.signed_in().id, now())
    flash("Done. Should people still search for it in vain in 30 days, it comes back.", "ok")
    return redirect(url_for(".listing"))


def _mine_or_404(shared_id: int) -> Shared:
    found = _shared().get(shared_id, access.answering().departments)
    if found is None:
        abort(404)
    return found


def _shared() -> SharedSearches:
    return parts().insight.shared
