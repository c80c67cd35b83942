"""Ways to a procedure without a search: by department, by keyword, from A to Z."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from kb.catalogue.listings import KeywordCount, Listing
from kb.procedures.model import UNASSIGNED, Department, Status
from kb.web.departments import morning_page
from kb.web.site import access
from kb.web.site.pages import Pages, departments, here, page_number, parts

blueprint = Blueprint("browsing", __name__)

PER_PAGE = 50
_MOST_WORDS = 600  # on one page
_TOPICS_A_PAGE = 200
WAITING = {"submitted": Status.IN_REVIEW.value, "drafts": Status.DRAFT.value}


def by_order(counts: dict[str, int]) -> list[Department]:
    """Departments as departments.yml has them, then those that only files name."""
    known = departments()
    unknown = sorted(set(counts) - set(known.by_id) - {UNASSIGNED})
    last = [UNASSIGNED] if counts.get(UNASSIGNED) else []
    return [known.get(each) for each in (*known.by_id, *unknown, *last)]


@blueprint.get("/departments", endpoint="departments")
def all_departments() -> ResponseReturnValue:
    """Every department, whom to call there, and how many procedures it answers for."""
    counts = parts().catalogue.departments(access.reader())
    listed = by_order(counts)
    leads = {department.lead for department in listed if department.lead}
    return render_template(
        "catalogue/departments.html",
        listed=listed,
        counts=counts,
        names=parts().people.directory.names(leads),
        total=sum(counts.values()),
    )


@blueprint.get("/departments/<path:department_id>")
def department(department_id: str) -> ResponseReturnValue:
    """One department: its morning page for its members, its procedures for all others."""
    who = access.person()
    if who is not None and access.is_member(department_id):
        return morning_page.page(departments().get(department_id), who)
    return department_procedures(department_id)


@blueprint.get("/departments/<path:department_id>/procedures")
def department_procedures(department_id: str) -> ResponseReturnValue:
    """How to reach it, and its procedures by title; for members, ?show= those that wait."""
    if request.args.get("show") and access.is_member(department_id):
        return _waiting(departments().get(department_id), request.args["show"])
    listing = parts().catalogue.in_department(
        department_id, access.reader(), page_number(), PER_PAGE
    )
    if department_id not in departments() and not listing.total:
        abort(404)
    found = departments().get(department_id)
    return _list_page(
        "catalogue/department.html",
        listing,
        extra=frozenset({found.lead}),
        department=found,
        member=access.is_member(department_id),
        shown="",
    )


def _waiting(department: Department, which: str) -> ResponseReturnValue:
    """Those of its procedures that the morning page counts."""
    if which not in WAITING:
        abort(404)
    chosen = parts().departments.health.listed(
        department.id, WAITING[which], page_number(), PER_PAGE
    )
    cards = parts().catalogue.by_ids(chosen.ids)
    return _list_page(
        "catalogue/department.html",
        Listing(tuple(cards[id] for id in chosen.ids if id in cards), chosen.total),
        extra=frozenset({department.lead}),
        department=department,
        member=True,
        shown=which,
    )


@blueprint.get("/procedures")
def titles() -> ResponseReturnValue:
    """All procedures from A to Z, or those of one ?letter=."""
    reader, letter = access.reader(), request.args.get("letter") or None
    letters = parts().catalogue.letters(reader)
    if letter is not None and letter not in letters:
        abort(404)
    listing = parts().catalogue.titles(reader, letter, page_number(), PER_PAGE)
    return _list_page("catalogue/titles.html", listing, letters=letters, letter=letter)


@blueprint.get("/keywords")
def keywords() -> ResponseReturnValue:
    """The categories of keywords, and the words that have none: all, or by ?letter= if many."""
    catalogue, reader = parts().catalogue, access.reader()
    plain = catalogue.keywords(reader)
    by_letter = _by_letter(plain)
    letters = [letter for letter, _ in by_letter]
    if len(plain) > _MOST_WORDS:
        chosen = request.args.get("letter") or letters[0]
        by_letter = [group for group in by_letter if group[0] == chosen] or abort(404)
    return render_template(
        "catalogue/keywords.html",
        categories=catalogue.categories(reader),
        by_letter=by_letter,
        letters=letters,
    )


@blueprint.get("/keywords/<path:category>")
def category(category: str) -> ResponseReturnValue:
    """The topics of one category."""
    found = parts().catalogue.keywords(access.reader(), category)
    if not found:
        abort(404)
    pages = Pages(page_number(), _TOPICS_A_PAGE, len(found))
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    return render_template(
        "catalogue/category.html",
        name=found[0].keyword.partition(":")[0].strip(),
        found=found[pages.first_shown - 1 :][:_TOPICS_A_PAGE],
        pages=pages,
    )


@blueprint.get("/keyword")
def keyword() -> ResponseReturnValue:
    """The procedures of the keyword ?name=, in any case."""
    name = " ".join(request.args.get("name", "").split())
    listing = parts().catalogue.with_keyword(
        name.casefold(), access.reader(), page_number(), PER_PAGE
    )
    if not listing.total:
        abort(404)
    return _list_page("catalogue/keyword.html", listing, name=_as_written(listing, name))


def _list_page(
    template: str, listing: Listing, extra: frozenset[str | None] = frozenset(), **context: object
) -> ResponseReturnValue:
    """A page of a list, with the names of all who stand on it; beyond the last, the last."""
    pages = Pages(page_number(), PER_PAGE, listing.total)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    procedures = [card.procedure for card in listing.cards]
    people = {one.owner for one in procedures} | extra
    names = parts().people.directory.names({email for email in people if email})
    return render_template(template, procedures=procedures, names=names, pages=pages, **context)


def _by_letter(found: tuple[KeywordCount, ...]) -> list[tuple[str, list[KeywordCount]]]:
    def first(one: KeywordCount) -> str:
        letter = one.folded[:1].upper()
        return letter if letter.isalpha() else "#"

    ordered = sorted(found, key=lambda one: (first(one) != "#", one.folded))
    return [(letter, list(group)) for letter, group in groupby(ordered, key=first)]


def _as_written(listing: Listing, name: str) -> str:
    """The keyword as the first of its procedures writes it."""
    words = (word.text for card in listing.cards for word in card.procedure.keywords)
    folded = name.casefold()
    return next((word for word in words if word.casefold() == folded), name)
