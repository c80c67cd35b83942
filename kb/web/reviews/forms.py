"""Forms of reviews: confirming one or several procedures, and handing them over."""

from __future__ import annotations

import re

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Length, ValidationError

from kb.people.person import Person

MOST = 2_000  # procedures at once
KEEP, NOBODY = "", "nobody"
_CHOSEN = re.compile(r"(\S{1,120}) ([0-9a-f]{12})")


class ConfirmForm(FlaskForm):
    """ "Still right", about the version that was read."""

    version = HiddenField(validators=[Length(min=12, max=12)])


class ChosenForm(FlaskForm):
    """Rows that were ticked, each an id with the version that was listed."""

    chosen = SelectMultipleField("Procedures", validate_choice=False)

    def validate_chosen(self, field: SelectMultipleField) -> None:
        """Each as the page wrote it."""
        chosen = field.data or []
        if len(chosen) > MOST or not all(_CHOSEN.fullmatch(one) for one in chosen):
            raise ValidationError("Choose from the list.")

    def versions(self) -> dict[str, str]:
        """The version of each id."""
        found = (_CHOSEN.fullmatch(one) for one in self.chosen.data or [])
        return {one[1]: one[2] for one in found if one}


class HandOverForm(ChosenForm):
    """Who answers from now on. `instead_of` is whose place it is; `every` takes the whole list."""

    owner = SelectField("Owner", default=KEEP)
    deputy = SelectField("Deputy", default=KEEP)
    instead_of = HiddenField(validators=[Length(max=254)])
    every = BooleanField("All of this list, on every page")

    def offer(self, people: tuple[Person, ...]) -> HandOverForm:
        """Let these be chosen from."""
        named = [SelectChoice(person.email, person.name) for person in people]
        stays = [SelectChoice(KEEP, "stays as it is"), SelectChoice(NOBODY, "nobody")]
        self.owner.choices = self.deputy.choices = [*stays, *named]
        return self
