"""The forms of the inbox and of My questions."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from kb.feedback.model import Outcome
from kb.feedback.rating import HIGHEST, LOWEST, Parameter
from kb.feedback.sql.saved_views import LONGEST_NAME
from kb.people.person import Person
from kb.procedures.model import Department
from kb.web.site.fields import area, line, some_text

MOST_SELECTED = 100
_LONGEST_QUERY = 2_000
_MARKS = [str(mark) for mark in range(LOWEST, HIGHEST + 1)]


def _mark(parameter: Parameter) -> RadioField:
    return RadioField(
        parameter.label,
        [Optional(), AnyOf(_MARKS, message=f"Choose from {LOWEST} to {HIGHEST}.")],
        choices=[SelectChoice(mark, mark) for mark in _MARKS],
        description=parameter.question,
        validate_choice=False,  # it would refuse none, which is fine
    )


class WordsForm(FlaskForm):
    """Something written to somebody, or for the department alone."""

    words = area("Your words", some_text)


class AssignForm(FlaskForm):
    """Who works on it; "" is nobody."""

    assignee = SelectField("Assign to", validate_choice=False)

    def offer(self, members: tuple[Person, ...]) -> AssignForm:
        """Let these be chosen from."""
        people = [SelectChoice(str(one.id), one.name) for one in members]
        self.assignee.choices = [SelectChoice("", "Nobody"), *people]
        return self


class RouteForm(FlaskForm):
    """The department that should answer it, with a word why."""

    department = SelectField("Send it to")
    words = area("Why? The person who asked reads this too.", some_text)

    def offer(self, departments: list[Department]) -> RouteForm:
        """Let these be chosen from."""
        self.department.choices = [SelectChoice(one.id, one.name) for one in departments]
        return self


class MergeForm(FlaskForm):
    """The item that it will be answered with."""

    into = SelectField("Same as", coerce=int, validate_choice=False)


class SelectedForm(FlaskForm):
    """Items that were selected in the list."""

    item = SelectMultipleField(
        coerce=int,
        validate_choice=False,
        validators=[
            InputRequired("Select at least one."),
            Length(max=MOST_SELECTED, message=f"Select at most {MOST_SELECTED}."),
        ],
    )


class BulkAnswerForm(SelectedForm):
    """One answer to all of them."""

    outcome = RadioField(
        "Outcome",
        [InputRequired("Choose how they ended.")],
        choices=[SelectChoice(one.value, one.value.capitalize()) for one in Outcome],
    )
    reply = area("Your answer to each of them", some_text)


class BulkAssignForm(SelectedForm, AssignForm):
    """One person for all of them."""


class ViewForm(FlaskForm):
    """A name for what is listed now."""

    name = line("Name", some_text, longest=LONGEST_NAME)
    query = HiddenField(validators=[Length(max=_LONGEST_QUERY)])


class RatingForm(FlaskForm):
    """How the service was: five marks, each optional, and thanks."""

    timeliness = _mark(Parameter.TIMELINESS)
    information = _mark(Parameter.INFORMATION)
    professionalism = _mark(Parameter.PROFESSIONALISM)
    attitude = _mark(Parameter.ATTITUDE)
    delivery = _mark(Parameter.DELIVERY)
    thanks = area(
        "Say thanks",
        Optional(),
        remark="It stands with your name at the procedure and on the department’s page.",
    )

    def marks(self) -> dict[Parameter, int]:
        """Those that were given."""
        given = {one: self[one.value].data for one in Parameter}
        return {one: int(mark) for one, mark in given.items() if mark}
