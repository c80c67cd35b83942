"""The forms of feedback: votes, requests, the inbox and My questions."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from kb.feedback.model import OF_PROCEDURES, OF_SEARCHES, Outcome
from kb.feedback.rating import HIGHEST, LOWEST, Parameter
from kb.feedback.sql.saved_views import LONGEST_NAME
from kb.people.person import Person
from kb.procedures.model import Department
from kb.web.site.fields import LONGEST_QUERY, area, choices, line, named, some_text

MOST_SELECTED = 100
_LONGEST_VIEW = 2_000
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
    query = HiddenField(validators=[Length(max=_LONGEST_VIEW)])


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


class VoteForm(FlaskForm):
    """ "Was this helpful?", about the version that was read; `seal` proves that it was."""

    helpful = RadioField(choices=["yes", "no"])
    version = HiddenField(validators=[Length(min=1, max=12)])
    seal = HiddenField()
    reason = RadioField(
        "What is not right?",
        [
            Optional(),
            AnyOf([reason.value for reason in OF_PROCEDURES], message="Choose one of these."),
        ],
        choices=choices(OF_PROCEDURES),
        validate_choice=False,  # it would refuse none, which is fine
    )
    comment = area("What should it say?", Optional())
    quiet = BooleanField("I need no answer")


class PassageForm(FlaskForm):
    """ "Was this helpful?", about one section or step; what is said is the button pressed."""

    said = RadioField(
        validators=[InputRequired("Say whether it helped, or why not.")],
        choices=["yes", *(reason.value for reason in OF_PROCEDURES)],
    )
    passage = HiddenField(validators=[Length(min=1, max=300)])
    version = HiddenField(validators=[Length(min=1, max=12)])
    seal = HiddenField()
    comment = area("What should it say? (optional)", Optional())
    quiet = BooleanField("I need no answer")


class AskForm(FlaskForm):
    """ "I could not find it": a search, sent to a department."""

    q = line("What were you looking for?", some_text, longest=LONGEST_QUERY)
    department = SelectField("Ask")
    comment = area("What does the customer need? (optional)", Optional())
    quiet = BooleanField("I need no answer")
    reason = RadioField(
        validators=[Optional(), AnyOf([reason.value for reason in OF_SEARCHES])],
        choices=choices(OF_SEARCHES),
        validate_choice=False,
    )

    def offer(self, departments: list[Department]) -> AskForm:
        """Let these be chosen from, or none of them."""
        self.department.choices = [SelectChoice("", "I am not sure"), *named(departments)]
        return self


class AnswerForm(FlaskForm):
    """How an item ended, with a word to the person who reported it."""

    outcome = RadioField(
        "Outcome", [InputRequired("Choose how it ended.")], choices=choices(Outcome)
    )
    reply = area("Your answer", some_text)


class SeenForm(FlaskForm):
    """Answers that the person who asked has read."""

    item = SelectMultipleField(coerce=int, validate_choice=False)
