"""One item as a page: what was said, what has changed since, and what can be done with it."""

from __future__ import annotations

from flask import render_template
from msgspec import Struct

from kb.feedback.life_cycle import EventKind
from kb.feedback.model import Item
from kb.feedback.sql.likely_duplicates import meaning_of, same_passage
from kb.feedback.sql.thread import Event
from kb.people.person import Person
from kb.procedures.model import Procedure
from kb.search.similar import grouping
from kb.web.feedback import changes_since
from kb.web.feedback.forms import AnswerForm, AssignForm, RouteForm, WordsForm
from kb.web.feedback.responding import to_ask
from kb.web.site import access
from kb.web.site.pages import departments, parts

_ALIKE = 5  # that are suggested
# Said once at the top already.
_FIRST = frozenset({EventKind.OPENED})


class Alike(Struct, frozen=True):
    """What seems to say the same."""

    item: Item
    same_passage: bool


def page(
    found: Item,
    *,
    answer: AnswerForm | None = None,
    asking: WordsForm | None = None,
    noting: WordsForm | None = None,
    routing: RouteForm | None = None,
    refusal: str = "",
    unsent: str = "",
) -> str:
    """The page, with the form that somebody filled in, or what speaks against what they did."""
    feedback, procedure = parts().feedback, procedure_of(found)
    events = feedback.inbox.thread.of(found)
    return render_template(
        "feedback/inbox/item.html",
        item=found,
        procedure=procedure,
        since=changes_since.changed(found, procedure) if procedure else None,
        events=events,
        talk=_talk(events),
        merged=feedback.duplicates.merged_into(found) if found.duplicates else (),
        alike=alike(found) if found.open else (),
        closing=feedback.closings.of(found.id) if found.open else None,
        thanks=feedback.ratings.thanks_on([found.id]).get(found.id),
        form=answer or AnswerForm(formdata=None),
        asking=asking or WordsForm(formdata=None),
        noting=noting or WordsForm(formdata=None),
        assigning=_assigning(found),
        routing=(routing or RouteForm(formdata=None)).offer(
            [one for one in to_ask() if one.id != found.department]
        ),
        refusal=refusal,
        unsent=unsent,
    )


def procedure_of(found: Item) -> Procedure | None:
    """What the feedback is about as it is now; None for a request, or when it is gone."""
    card = parts().catalogue.get(found.procedure_id) if found.procedure_id else None
    return card.procedure if card and access.reader().may_read(card.procedure) else None


def able(department: str) -> tuple[Person, ...]:
    """Who may work on what is in that department's inbox, by name."""
    lead = departments().get(department).lead
    near = parts().people.directory.around(
        department, [lead] if lead else [], demo_allowed=parts().settings.demo
    )
    ids = parts().feedback.routing.to(department, departments()).able
    return tuple(
        sorted((one for one in near if one.id in ids), key=lambda one: one.name.casefold())
    )


def alike(found: Item) -> tuple[Alike, ...]:
    """What is open in the same department about the same passage, or means about the same."""
    others = parts().feedback.duplicates.beside(found)
    same = [one for one in others if same_passage(one, found)]
    told = [one for one in others if one not in same and meaning_of(one)]
    near = []
    if words := meaning_of(found):
        meaning = parts().search.index.meaning
        near = grouping.nearest(words, [meaning_of(one) for one in told], meaning)
    rest = [Alike(told[nth], same_passage=False) for nth, _ in near]
    return (*(Alike(one, same_passage=True) for one in same[:_ALIKE]), *rest[:_ALIKE])


def _talk(events: tuple[Event, ...]) -> list[Event]:
    return [event for event in events if event.words and event.kind not in _FIRST]


def _assigning(found: Item) -> AssignForm:
    form = AssignForm(formdata=None).offer(able(found.department))
    form.assignee.data = str(found.assignee_id) if found.assignee_id else ""
    return form
