"""The status page: how this installation is, for administrators."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kb.condition.checks import concerns_at_a_look
from kb.condition.facts import duties, fact_groups
from kb.jobs import scheduler_of
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
def shown() -> ResponseReturnValue:
    """What is wrong with what to do, what runs, how fast it is, what waits."""
    access.administrator_or_404()
    return render_template(
        "condition/status.html",
        concerns=concerns_at_a_look(parts()),
        groups=fact_groups(parts(), now()),
        duties=duties(parts(), scheduler_of(parts()).of),
    )
