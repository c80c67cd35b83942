"""Forms of synonyms."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, ValidationError

from kb.documents.settings_files.synonyms import Synonym, words_typed
from kb.search.evaluation.synonym_trial import looked_for
from kb.search.words.synonyms import LONGEST
from kb.web.site.fields import area, line

LONGEST_SYNONYM = 1000


class SynonymForm(FlaskForm):
    """A synonym to be looked at or saved; `seal` says what was looked at."""

    kind = HiddenField(validators=[AnyOf(["two-way", "one-way"])])
    words = area(
        "These mean the same", longest=LONGEST_SYNONYM, remark="At least two, with commas between."
    )
    typed = line("Whoever types", longest=LONGEST_SYNONYM)
    finds = area("also finds", longest=LONGEST_SYNONYM, remark="One or more, with commas between.")
    seal = HiddenField()

    def synonym(self) -> Synonym:
        """What was typed. Where the form is not valid, it may be none that can be saved."""
        if self.kind.data == "two-way":
            return Synonym(words_typed(self.words.data))
        return Synonym((" ".join(words_typed(self.typed.data)),), words_typed(self.finds.data))

    def validate_words(self, field: TextAreaField) -> None:
        """A group has two expressions or more."""
        if self.kind.data == "two-way":
            words = words_typed(field.data)
            _looked_for(words)
            if len(words) < 2:
                raise ValidationError("Write at least two, with a comma between.")

    def validate_typed(self, field: StringField) -> None:
        """What is typed is one expression."""
        if self.kind.data == "one-way":
            words = words_typed(field.data)
            _looked_for(words)
            if len(words) != 1:
                raise ValidationError("Write one word or expression, without a comma.")

    def validate_finds(self, field: TextAreaField) -> None:
        """What is found is something else than what is typed."""
        if self.kind.data == "one-way":
            words = words_typed(field.data)
            _looked_for(words)
            if not words:
                raise ValidationError("Write what it shall find.")
            if words_typed(f"{self.typed.data}\n{field.data}") == words_typed(self.typed.data):
                raise ValidationError("Write something else than what is typed.")


def _looked_for(words: tuple[str, ...]) -> None:
    for word in words:
        if not looked_for(word):
            raise ValidationError(
                f"“{word}” cannot be looked for: it needs letters or digits, and {LONGEST} words"
                " at most."
            )
