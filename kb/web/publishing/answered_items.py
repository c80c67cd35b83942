"""What a save answers: the items that were ticked, and the word to those who reported them."""

from __future__ import annotations

from hashlib import sha256

from flask import flash, request
from msgspec import Struct

from kb.catalogue.listings import Card
from kb.feedback.model import LONGEST_TEXT, Item
from kb.publishing.edits import Saved
from kb.publishing.outcomes import Refusal
from kb.publishing.sql.drafts import Draft
from kb.web.site import access
from kb.web.site.fields import trimmed
from kb.web.site.pages import departments, now, number_in, parts

_MOST = 50


class AnswerableItems(Struct, frozen=True):
    """What can be answered by the save, and which of it is ticked. `word` may be empty so far."""

    items: tuple[Item, ...]
    ticked: frozenset[int]
    word: str

    @property
    def chosen(self) -> tuple[Item, ...]:
        """Those that are answered."""
        return tuple(one for one in self.items if one.id in self.ticked)


def panel(card: Card | None, draft: Draft | None = None) -> AnswerableItems:
    """What the page offers: what came here with ?item=, and all that is open about the procedure.

    Only of inboxes that are one's own; somebody who has none is offered nothing.
    """
    asked, word = _asked(draft)
    mine = parts().feedback.routing.answering(access.signed_in(), departments()).departments
    duplicates = parts().feedback.duplicates
    found = duplicates.open_ones(sorted(asked), mine) if asked else ()
    if card is not None:
        known = {one.id for one in found}
        about = duplicates.about(card.procedure.id, mine)
        found += tuple(one for one in about if one.id not in known)[:_MOST]
    return AnswerableItems(found, asked & {one.id for one in found}, word)


class Answers(Struct, frozen=True):
    """The answers as they go along with an edit. `word` is said where none was written.

    `new`: the procedure was not there before.
    """

    answering: AnswerableItems
    word: str
    new: bool = False

    def objection(self, text: bytes, path: str) -> Refusal | None:
        """Nobody is answered without a word."""
        if self.answering.chosen and not (self.answering.word or self.word.strip()):
            why = "Say what changed: those who reported it read your note, or a word of their own."
            return Refusal(why, about="note")
        return None

    def begin(self, procedure_id: str, text: bytes) -> None:
        """Write down, before it is saved, whom that text will answer."""
        self._promise(procedure_id, sha256(text).hexdigest()[:12])

    def take_back(self) -> None:
        """It was not saved."""
        if self.answering.chosen:
            parts().feedback.closings.drop([one.id for one in self.answering.chosen])

    def end(self, saved: Saved) -> None:
        """It is saved: tell those who reported it, now or as soon as it is published."""
        chosen = self.answering.chosen
        if not chosen:
            return
        # From here on whatever is published has it in it, also what others join to it.
        self._promise(saved.procedure_id, None)
        if parts().feedback.fixing.keep(saved.procedure_id, now()):
            people = sum(1 + one.duplicates for one in chosen)
            told = chosen[0].reporter if people == 1 else f"{people} people"
            flash(f"Answered: {told} can read it under My questions.", "ok")
        else:
            flash("Those who reported it are answered as soon as it is published.", "plain")

    def _promise(self, procedure_id: str, version: str | None) -> None:
        chosen, word = self.answering.chosen, self.answering.word or self.word.strip()
        if chosen:
            parts().feedback.fixing.promise(
                chosen, procedure_id, version, word, access.signed_in().id, now(), new=self.new
            )


def kept_in_draft() -> dict[str, str]:
    """What a draft keeps of it, by the name of the field."""
    asked, word = _asked(None)
    if not asked:
        return {}
    return {"item": " ".join(str(one) for one in sorted(asked)), "word": word}


def _asked(draft: Draft | None) -> tuple[frozenset[int], str]:
    """As it was sent; as the draft has it where nothing was sent."""
    listed, word = request.values.getlist("item"), trimmed(request.values.get("word"))
    if draft is not None and request.method == "GET" and not listed:
        listed, word = draft.form.get("item", "").split(), draft.form.get("word", "")
    numbers = map(number_in, listed[:_MOST])
    return frozenset(one for one in numbers if one is not None), word[:LONGEST_TEXT]
