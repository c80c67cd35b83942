"""Search insight for those who write: what is searched, what is not found, what to do about it."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote, urlencode

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.documents.settings_files.synonyms import words_typed
from kb.insight.figures import Count, OpeningFigures, Span
from kb.insight.sql.report import Report
from kb.insight.sql.uses import TicketUses
from kb.procedures.model import Procedure
from kb.web.feedback import responding
from kb.web.insight import csv_tables as tables
from kb.web.insight import period, rows
from kb.web.insight.forms import AskAboutForm, SearchWordsForm
from kb.web.site import access
from kb.web.site.mount import rooted
from kb.web.site.pace import keep_pace
from kb.web.site.pages import departments, now, number_in, parts, today

blueprint = Blueprint("search_insight", __name__, url_prefix="/insight/search")

_SLOWEST = 20
_IGNORED = 200
_CANDIDATES = 6
_MOST_USED = 50
_WORDS = {
    "weak": "No good result",
    "unopened": "Nothing opened",
}


@blueprint.before_request
def _members_only() -> None:
    access.department_member_or_404()


@blueprint.app_template_filter()
def ms(milliseconds: float) -> str:
    """ "12 ms", "1.4 s"."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 1 else "under 1 ms"


@blueprint.app_template_filter()
def days_before(days: int) -> date:
    """The first of so many days up to today."""
    return today() - timedelta(days=days - 1)


@blueprint.app_template_global()
def writing_it(words: str, department: str | None) -> str | None:
    """Where a procedure for these words is begun; None where none can be written here."""
    return _where_there_is("/procedures/new", q=words, department=department or "")


@blueprint.app_template_global()
def changing_it(procedure_id: str, **to_add: str) -> str | None:
    """Where that procedure is edited, with something to add to it."""
    return _where_there_is("/procedures/<path:procedure_id>/edit", procedure_id, **to_add)


@blueprint.get("")
def overview() -> ResponseReturnValue:
    """What is searched, by day and department, and at which rank it is found."""
    span, report = period.span(), _report()
    counts, opened = report.by_day(span), report.opened(span)
    return _page(
        "overview.html",
        span,
        total=sum(counts.values(), Count()),
        people=report.searchers(span),
        every=_together(opened),
        days=rows.by_day(counts),
        listed=rows.by_department(counts),
        days_plot=rows.days_plot(counts, span),
        ranks_plot=rows.ranks_plot(opened.values()),
    )


@blueprint.get("/<any(weak, unopened):which>")
def words(which: str) -> ResponseReturnValue:
    """Searches that did not help, grouped by meaning, with what can be done about each."""
    span = period.span()
    meaning = parts().search.index.meaning
    found = rows.grouped(_report(), span, which, meaning, rows.SHOWN + 1)
    return _page(
        "words.html",
        span,
        which=which,
        heading=_WORDS[which],
        groups=found[: rows.SHOWN],
        more=len(found) > rows.SHOWN,
        offered=responding.to_ask(),
    )


@blueprint.get("/opened")
def opened() -> ResponseReturnValue:
    """Which procedures are opened from results, at which rank, and whether they helped."""
    span = period.span()
    return _page("opened.html", span, listed=_opened(span)[:100], used=_used(span))


@blueprint.get("/slow")
def slow() -> ResponseReturnValue:
    """How long answers take."""
    span, report = period.span(), _report()
    return _page("slow.html", span, slow=report.slow(span), listed=report.slowest(span, _SLOWEST))


@blueprint.get("/ignored")
def ignored() -> ResponseReturnValue:
    """The words that nobody needs to answer, to be taken back."""
    return _page(
        "ignored.html", period.span(), listed=_report().ignored(_IGNORED), form=SearchWordsForm()
    )


@blueprint.post("/ignored")
def ignore() -> ResponseReturnValue:
    """Show a group no more."""
    form = _words_or_400()
    _report().ignore(form.words.data, now())
    flash("Ignored. You can find it under Ignored, and show it again.", "ok")
    return redirect(_back())


@blueprint.post("/ignored/removal")
def heed() -> ResponseReturnValue:
    """Show it again."""
    form = _words_or_400()
    _report().heed(form.words.data)
    flash("It is shown again.", "ok")
    return redirect(url_for(".ignored", **period.arguments()))


@blueprint.get("/pointing")
def pointing() -> ResponseReturnValue:
    """Which procedure these words should find, and the ways to make them."""
    wanted = " ".join(request.args.get("words", "").split())[:200]
    looked_for = " ".join(request.args.get("q", wanted).split())[:200]
    if not wanted:
        abort(404)
    found = parts().search.searcher.search(looked_for, access.reader(), today(), limit=_CANDIDATES)
    (as_typed,) = words_typed(wanted.replace(",", " "))[:1] or (wanted,)
    return _page(
        "pointing.html",
        period.span(),
        words=wanted,
        looked_for=looked_for,
        found=found,
        typed=as_typed,
        for_item=_for_item(),
    )


@blueprint.post("/questions")
def ask() -> ResponseReturnValue:
    """Ask a department for an answer to a group: a request in its inbox, with how many people."""
    form = AskAboutForm().offer(responding.to_ask())
    if not form.validate():
        abort(400)
    keep_pace()
    span, route = period.span(), parts().feedback.routing.to(form.department.data, departments())
    (people,) = _report().people(span, [form.words.data], form.which.data)
    parts().feedback.inbox.ask(
        access.signed_in().id,
        form.words.data[0],
        route,
        _question(people, span, form.words.data[1:]),
        now(),
    )
    flash(f"{route.department.name} has it in the inbox. The answer comes to My questions.", "ok")
    return redirect(_back())


@blueprint.get("/<any(days, weak, unopened, opened, slow):table>.csv")
def table(table: str) -> ResponseReturnValue:
    """One of the tables as a file."""
    span, report = period.span(), _report()
    if table in _WORDS:
        found = rows.grouped(report, span, table, parts().search.index.meaning, rows.MOST_WORDS)
        return tables.as_csv(table, span, tables.GROUPS, tables.group_rows(found))
    if table == "days":
        return tables.as_csv(table, span, tables.DAYS, tables.day_rows(report.by_day(span)))
    if table == "opened":
        return tables.as_csv(table, span, tables.OPENED, tables.opened_rows(_opened(span)))
    slowest = [(words, round(ms, 1)) for words, ms in report.slowest(span, rows.MOST_WORDS)]
    return tables.as_csv(table, span, ("words", "milliseconds"), slowest)


def _for_item() -> dict[str, str]:
    """The item of an inbox that is to be answered by pointing, to be passed on."""
    asked = request.args.get("item", "")
    return {"item": asked} if number_in(asked) is not None else {}


def _where_there_is(rule: str, procedure_id: str = "", **arguments: str) -> str | None:
    """The address of a page that another part of the site may bring along."""
    if all(one.rule != rule for one in current_app.url_map.iter_rules()):
        return None
    path = rule.replace("<path:procedure_id>", quote(procedure_id))
    return rooted(f"{path}?{urlencode(arguments)}")


def _report() -> Report:
    return parts().insight.report


def _back() -> str:
    which = request.form.get("which", "")
    if which not in _WORDS:
        return url_for(".overview", **period.arguments())
    return url_for(".words", which=which, **period.arguments())


def _page(template: str, span: Span, **shown: object) -> str:
    return render_template(
        f"insight/{template}",
        span=span,
        arguments=period.arguments(),
        departments=list(departments().by_id.values()),
        days_kept=parts().insight.log.days,
        **shown,
    )


def _words_or_400() -> SearchWordsForm:
    form = SearchWordsForm()
    if not form.validate():
        abort(400)
    return form


def _opened(span: Span) -> list[tuple[Procedure, OpeningFigures]]:
    found, reader = _report().opened(span), access.reader()
    cards = parts().catalogue.by_ids(found.keys())
    readable = {id: c.procedure for id, c in cards.items() if reader.may_read(c.procedure)}
    return rows.opened_rows(found, readable)


def _used(span: Span) -> list[tuple[Procedure, TicketUses]]:
    """For which tickets, most first; without those that may not be read."""
    found, reader = parts().insight.uses.between(span.first, span.last, _MOST_USED), access.reader()
    cards = parts().catalogue.by_ids({use.procedure_id for use in found})
    known = ((cards[use.procedure_id].procedure, use) for use in found if use.procedure_id in cards)
    return [(one, use) for one, use in known if reader.may_read(one)]


def _together(opened: dict[str, OpeningFigures]) -> OpeningFigures:
    every = OpeningFigures()
    for one in opened.values():
        every.ranks.update(one.ranks)
        every.ended.update(one.ended)
    return every


def _question(people: int, span: Span, others: list[str]) -> str:
    who = f"{people} people have" if people > 1 else "Somebody has"
    also = f" Also in these words: {'; '.join(others)}." if others else ""
    return f"{who} searched for this from {rows.told(span)} without finding a good answer.{also}"
