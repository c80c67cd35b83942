"""Forms of search insight and of learned words."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import AnyOf, Length, ValidationError

from kb.procedures.model import Department
from kb.web.site.fields import LONGEST_QUERY, named, trimmed

MOST_WORDS = 1000


class LearnedWordForm(FlaskForm):
    """A learned word that is adopted or banned."""

    word = HiddenField(filters=[trimmed], validators=[Length(min=1, max=LONGEST_QUERY)])


class SearchWordsForm(FlaskForm):
    """Words of searches, as the insight page groups them."""

    words = SelectMultipleField(validate_choice=False)

    def validate_words(self, field: SelectMultipleField) -> None:
        """One or more, each as long as a query may be."""
        words = field.data or []
        if not 0 < len(words) <= MOST_WORDS or any(len(one) > LONGEST_QUERY for one in words):
            raise ValidationError("Choose some words.")


class AskAboutForm(SearchWordsForm):
    """A group of searches, sent to a department."""

    department = SelectField("Ask")
    which = HiddenField(validators=[AnyOf(["weak", "unopened"])])

    def offer(self, departments: list[Department]) -> AskAboutForm:
        """Let these be chosen from."""
        self.department.choices = named(departments)
        return self
