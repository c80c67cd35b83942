"""What I was told: the list behind the bell. Opening one marks it read, by a form."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kb.delivery.visible_notices import for_reader
from kb.notices.sql.received import Told
from kb.web.people.signing_in import safe_next
from kb.web.site import access
from kb.web.site.mount import rooted
from kb.web.site.pages import Pages, here, now, page_number, parts

blueprint = Blueprint("notices", __name__)
PER_PAGE = 30


@blueprint.get("/notices")
def listing() -> ResponseReturnValue:
    """Mine, newest first."""
    who = access.signed_in()
    found = parts().notices.received.of(who.id, page_number(), PER_PAGE)
    pages = Pages(page_number(), PER_PAGE, found.total)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    return render_template(
        "notices/listing.html",
        notices=for_reader(list(found.notices), who.reader(), parts().catalogue),
        pages=pages,
        unread=found.unread,
    )


@blueprint.post("/notices/<int:notice_id>/reading")
def read(notice_id: int) -> ResponseReturnValue:
    """I have read it: on to what it is about."""
    who = access.signed_in()
    told = parts().notices.received.get(who.id, notice_id) or abort(404)
    if told.read_at is None:
        parts().notices.received.mark_read(who.id, now(), told.id)
    return redirect(_way(told))


@blueprint.post("/notices/reading")
def read_all() -> ResponseReturnValue:
    """I have read all that there is."""
    parts().notices.received.mark_read(access.signed_in().id, now())
    flash("All your notices are marked as read.", "ok")
    return redirect(url_for(".listing"))


def _way(told: Told) -> str:
    """Where it leads, as far as this person may go there."""
    (shown,) = for_reader([told], access.reader(), parts().catalogue)
    return safe_next(rooted(shown.link)) if shown.link else url_for(".listing")
