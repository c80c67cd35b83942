"""How a department's service was: its figures for the department, the thanks for everybody."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from kb.feedback.rating import AT_LEAST, Parameter, Service, Thanks
from kb.feedback.sql.ratings import Ratings
from kb.procedures.model import Procedure
from kb.web.site import access
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("service_figures", __name__)
MOST = 30
_FEW = 3  # on other pages


@blueprint.get("/departments/<path:department_id>/service")
def page(department_id: str) -> ResponseReturnValue:
    """The figures, where they are one's own to see, and the latest thanks."""
    if department_id not in departments():
        abort(404)
    return render_template(
        "feedback/service/page.html",
        department=departments().get(department_id),
        service=figures(department_id),
        member=access.is_member(department_id),
        parameters=tuple(Parameter),
        at_least=AT_LEAST,
        thanks=_ratings().thanks_to(department_id, access.reader(), MOST),
    )


def figures(department_id: str) -> Service | None:
    """A department's figures for its members and the administrators; None for others."""
    who = access.signed_in()
    if not (who.administrator or department_id in who.departments):
        return None
    return _ratings().service(department_id, now())


def thanks_for(procedure: Procedure) -> dict[str, tuple[Thanks, ...]]:
    """What feedback/service/_thanks.html shows with a procedure, for who is signed in."""
    if access.person() is None:
        return {"thanks": ()}
    return {"thanks": _ratings().thanks_for(procedure.id, _FEW)}


def _ratings() -> Ratings:
    return parts().feedback.ratings
