"""How delivering goes, for administrators: what did not go out and why, and trying it again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kb.procedures.counting import counted
from kb.web.site import access
from kb.web.site.pages import Pages, here, now, page_number, parts

blueprint = Blueprint("deliveries", __name__)
PER_PAGE = 50


@blueprint.get("/deliveries")
def listing() -> ResponseReturnValue:
    """Counts, and what is in trouble."""
    access.administrator_or_404()
    found = parts().delivery.failures.troubles(page_number(), PER_PAGE)
    pages = Pages(page_number(), PER_PAGE, found.total)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    ways = parts().delivery.courier.ways
    return render_template(
        "delivery/deliveries.html",
        troubles=found,
        pages=pages,
        server=ways.post.server if ways.post else None,
        chat=ways.chat,
    )


@blueprint.post("/deliveries/retries")
def try_again() -> ResponseReturnValue:
    """All that surely did not go out, once more."""
    access.administrator_or_404()
    again = parts().delivery.failures.try_again(now())
    waits = f"{counted(again, 'notice')} will be tried again within a quarter of an hour."
    flash(waits if again else "There is nothing to try again.", "ok" if again else "plain")
    return redirect(url_for(".listing"))
