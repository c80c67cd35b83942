"""Faulty files: an owner's of their departments, an administrator's of all."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kb.web import access
from kb.web.pages import Pages, page_number, parts

blueprint = Blueprint("faults", __name__)
PER_PAGE = 20


@blueprint.get("/faults")
def listing() -> ResponseReturnValue:
    """Each file with what is wrong, where, and what to do about it."""
    me = access.department_member_or_404()
    whose = None if me.administrator else me.departments
    found = parts().catalogue.faulty(whose, page_number(), PER_PAGE)
    return render_template(
        "faults/listing.html",
        cards=found.cards,
        pages=Pages(page_number(), PER_PAGE, found.total),
        everything=whose is None,
        reader=access.reader(),
    )
