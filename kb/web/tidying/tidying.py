"""Finding trouble in a department's files before a rep does: search tests, faults, links."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from msgspec import Struct

from kb.departments.sql.workload import BROKEN_FIND, to_mend
from kb.procedures.counting import counted
from kb.procedures.model import Fault, Procedure
from kb.publishing.batches import Batch
from kb.web.site import access
from kb.web.site.pages import Pages, now, page_number, parts, today

blueprint = Blueprint("tidying", __name__, url_prefix="/departments/<path:department_id>/tidying")
DEAD_LINK = "dead-link"
_MOST_FILES = 500  # on a page
_PER_PAGE = 50
_HALF_A_YEAR = 182  # days
_NAMED = 5  # of the files that were left as they are


class ProcedureFaults(Struct, frozen=True):
    """A procedure and what is to be mended in it."""

    procedure: Procedure
    faults: tuple[Fault, ...]


def tidying_page(template: str, department_id: str, **shown: object) -> str:
    """A page of these, of a department that the one who asks is of."""
    department = access.member_of_or_404(department_id)
    return render_template(f"tidying/{template}.html", department=department, tab=template, **shown)


@blueprint.get("/faults")
def faults(department_id: str) -> ResponseReturnValue:
    """Search tests that fail, and whatever else is wrong in files."""
    access.member_of_or_404(department_id)
    return tidying_page(
        "faults",
        department_id,
        tests=faults_where(department_id, lambda one: one.code == BROKEN_FIND),
        files=faults_where(department_id, lambda one: to_mend(one.code, one.severity)),
    )


@blueprint.get("/links")
def links(department_id: str) -> ResponseReturnValue:
    """Links that lead nowhere, within the content folder and outside."""
    access.member_of_or_404(department_id)
    inside = faults_where(department_id, lambda one: one.code == DEAD_LINK)
    return tidying_page(
        "links",
        department_id,
        inside=inside,
        round=parts().tidying.links.round(department_id),
        broken=parts().tidying.links.broken(department_id, _MOST_FILES),
    )


@blueprint.post("/link-checks")
def check_links(department_id: str) -> ResponseReturnValue:
    """Have the links outside looked at, in the background."""
    department = access.member_of_or_404(department_id)
    if parts().tidying.links.ask(department.id, now()):
        flash("The links are looked at now, one after the other. Look again in a while.", "ok")
    return redirect(url_for(".links", department_id=department.id))


def faults_where(department_id: str, wanted: Callable[[Fault], bool]) -> list[ProcedureFaults]:
    """The department's files with such faults, by path."""
    cards = parts().catalogue.faulty(frozenset({department_id}), 1, _MOST_FILES).cards
    chosen = [(card.procedure, tuple(filter(wanted, card.faults))) for card in cards]
    return [ProcedureFaults(procedure, some) for procedure, some in chosen if some]


@blueprint.get("/unopened")
def unopened(department_id: str) -> ResponseReturnValue:
    """What nobody opened from search results for half a year."""
    access.member_of_or_404(department_id)
    since = today() - timedelta(days=_HALF_A_YEAR)
    found, total = parts().insight.unread.of(department_id, since, page_number(), _PER_PAGE)
    return tidying_page(
        "unopened",
        department_id,
        found=found,
        pages=Pages(page_number(), _PER_PAGE, total),
        since=since,
        log_begins=parts().insight.unread.log_begins(),
    )


def tell_done(done: Batch, back: str) -> ResponseReturnValue:
    """What a change of many files did, with the way to undo it, on the page that it came from."""
    if done.skipped:
        told = "; ".join(f"{path}: {why}" for path, why in [*done.skipped.items()][:_NAMED])
        flash(f"{counted(len(done.skipped), 'file')} left as they are. {told}.", "warn")
    if done.commit:
        cards = parts().catalogue.by_ids(done.procedure_ids).values()
        titles = [card.procedure.title for card in cards]
        message = {"what": "Changed", "titles": titles, "commit": done.commit}
        flash(Markup(render_template("reviews/_done.html", **message)), "ok")
    elif not done.skipped:
        flash("Nothing was changed.", "warn")
    return redirect(back)
