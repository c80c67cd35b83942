"""What changed lately and is worth telling people: at home, on its procedure, and as a list."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from kb.procedures.model import Procedure
from kb.versions.sql.versions import Version
from kb.web.site import access
from kb.web.site.pages import Pages, here, now, page_number, parts

blueprint = Blueprint("lately", __name__)
LATELY = timedelta(days=14)
AT_HOME = 6
PER_PAGE = 50


def at_home() -> dict[str, object]:
    """What search/home.html shows: the newest since the shift before, and how many there are."""
    who = access.person()
    before = parts().people.sessions.last_here(who.id) if who else None
    since = max(before, now() - LATELY) if before else now() - LATELY
    changes, total = parts().versions.told_since(since, access.reader(), per_page=AT_HOME)
    return {
        "changed_lately": changes,
        "changed_lately_in_all": total,
        "last_here": before,
    }


def on_page(procedure: Procedure, newest: Version | None) -> dict[str, Version | None]:
    """What procedures/procedure.html shows: its newest change that is worth telling.

    Where its `newest` version is known to be old, nobody has to be asked.
    """
    since = now() - LATELY
    if newest is not None and newest.live_from is not None and newest.live_from < since:
        return {"told_lately": None}
    return {"told_lately": parts().versions.told_of(procedure, since)}


@blueprint.get("/changed-lately")
def listing() -> ResponseReturnValue:
    """All of the last fortnight, newest first."""
    changes, total = parts().versions.told_since(
        now() - LATELY, access.reader(), page_number(), PER_PAGE
    )
    pages = Pages(page_number(), PER_PAGE, total)
    if pages.number > 1 and not changes:
        return redirect(here(page=None))
    return render_template("versions/lately.html", changes=changes, pages=pages)
