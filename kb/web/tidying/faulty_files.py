"""Faulty files: an owner's of their departments, an administrator's of all."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from kb.condition.checks import concerns
from kb.people.person import Person
from kb.storage.exchange import Exchanged
from kb.web.site import access
from kb.web.site.pages import Pages, page_number, parts

blueprint = Blueprint("faulty_files", __name__)
PER_PAGE = 20


@blueprint.get("/faults")
def listing() -> ResponseReturnValue:
    """Each file with what is wrong, where, and what to do about it."""
    me = access.department_member_or_404()
    whose = None if me.administrator else me.departments
    found = parts().catalogue.faulty(whose, page_number(), PER_PAGE)
    return render_template(
        "tidying/faulty_files.html",
        exchanged=_trouble(me),
        concerns=concerns(parts()) if me.administrator else (),
        apart=parts().storage.keeping.repository.apart if me.administrator else None,
        cards=found.cards,
        pages=Pages(page_number(), PER_PAGE, found.total),
        everything=whose is None,
        reader=access.reader(),
    )


def _trouble(me: Person) -> Exchanged | None:
    """Of the exchange with the remote: an administrator's, and whose files are in conflict."""
    state = parts().storage.exchange.state()
    if state is None or not state.trouble:
        return None
    if me.administrator:
        return state
    ids = parts().catalogue.at_paths(state.conflicts)
    cards = parts().catalogue.by_ids(set(ids.values()))
    mine = tuple(
        path
        for path in state.conflicts
        if path in ids and cards[ids[path]].procedure.department in me.departments
    )
    return replace(state, conflicts=mine) if mine else None
