"""How to use the site: what it does, and what can be typed into the search box."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.people.rights import RULES, Right, Role, Rule
from kb.procedures.model import Status
from kb.search.filters import FILTERS

blueprint = Blueprint("help", __name__)


class Allowance(Struct, frozen=True):
    """One line of a right: who has it, in which states, under what condition."""

    roles: tuple[Role, ...]
    states: str
    condition: str


@blueprint.get("/help")
def index() -> ResponseReturnValue:
    """The ways to work here, and the keys."""
    return render_template("site/help/index.html")


@blueprint.get("/help/search")
def search() -> ResponseReturnValue:
    """What the search understands."""
    shown = [one for one in FILTERS.values() if one.example]
    return render_template("site/help/search.html", filters=shown)


@blueprint.get("/help/rules")
def rules() -> ResponseReturnValue:
    """Who may do what in which state: the table that everything asks, as it is."""
    table = {right: _allowances(right) for right in Right}
    return render_template(
        "site/help/rules.html",
        about_procedures={
            right: of for right, of in table.items() if any(one.states for one in of)
        },
        others={right: of for right, of in table.items() if not any(one.states for one in of)},
        roles=tuple(Role),
    )


def _allowances(right: Right) -> list[Allowance]:
    return [
        Allowance(rule.roles, _in_words(rule.states), rule.condition or _reach(rule))
        for rule in RULES
        if rule.right is right
    ]


def _reach(rule: Rule) -> str:
    return "in every department" if rule.everywhere and rule.states else ""


def _in_words(states: tuple[Status, ...]) -> str:
    if set(states) == set(Status):
        return "any"
    return ", ".join(state.value for state in Status if state in states)
