"""Every form, with what it takes and what it says when it does not. Line ends become "\\n"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from kb.documents.settings_files.synonyms import Synonym, words_typed
from kb.feedback.model import OF_PROCEDURES, OF_SEARCHES, Outcome
from kb.people import passwords, person
from kb.procedures.model import Department
from kb.search.evaluation.synonym_trial import looked_for
from kb.search.words.synonyms import LONGEST
from kb.web.site.fields import area as _text
from kb.web.site.fields import line as _line
from kb.web.site.fields import some_text as _some_text
from kb.web.site.fields import trimmed as _trimmed

LONGEST_QUERY = 500
LONGEST_SYNONYM = 1000
MOST_WORDS = 1000


def _choices(words: Iterable[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(word.value, word.value.capitalize()) for word in words]


def _named(departments: list[Department]) -> list[SelectChoice]:
    return [SelectChoice(department.id, department.name) for department in departments]


class SignInForm(FlaskForm):
    """`next` is where to go afterwards, `kept` what was written while the session ended."""

    email = StringField("E-mail", filters=[_trimmed])
    password = PasswordField("Password")
    next = HiddenField()
    kept = HiddenField()


class OwnPasswordForm(FlaskForm):
    """A person changes their own password."""

    current = PasswordField("Current password", [InputRequired("Type your current password.")])
    new = PasswordField(
        "New password",
        [InputRequired("Type the new password.")],
        description=f"At least {passwords.SHORTEST} characters.",
    )
    again = PasswordField("New password again")

    def validate_again(self, field: PasswordField) -> None:
        """A password typed blindly is typed twice."""
        if field.data != self.new.data:
            raise ValidationError("The two new passwords differ.")


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
        choices=_choices(OF_PROCEDURES),
        validate_choice=False,  # it would refuse none, which is fine
    )
    comment = _text("What should it say?", Optional())
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
    comment = _text("What should it say? (optional)", Optional())
    quiet = BooleanField("I need no answer")


class AskForm(FlaskForm):
    """ "I could not find it": a search, sent to a department."""

    q = _line("What were you looking for?", _some_text, longest=LONGEST_QUERY)
    department = SelectField("Ask")
    comment = _text("What does the customer need? (optional)", Optional())
    quiet = BooleanField("I need no answer")
    reason = RadioField(
        validators=[Optional(), AnyOf([reason.value for reason in OF_SEARCHES])],
        choices=_choices(OF_SEARCHES),
        validate_choice=False,
    )

    def offer(self, departments: list[Department]) -> AskForm:
        """Let these be chosen from, or none of them."""
        self.department.choices = [SelectChoice("", "I am not sure"), *_named(departments)]
        return self


class AnswerForm(FlaskForm):
    """How an item ended, with a word to the person who reported it."""

    outcome = RadioField(
        "Outcome", [InputRequired("Choose how it ended.")], choices=_choices(Outcome)
    )
    reply = _text("Your answer", _some_text)


class RolesForm(FlaskForm):
    """What a person is, by department."""

    administrator = BooleanField("Administrator: keeps people")
    editor_of = SelectMultipleField("Editor of")
    reviewer_of = SelectMultipleField("Reviewer of")

    def offer(self, departments: list[Department]) -> RolesForm:
        """Let these be chosen from."""
        self.editor_of.choices = self.reviewer_of.choices = _named(departments)
        return self


class NewPersonForm(RolesForm):
    """Somebody to be added. Without a password one is made and shown once."""

    email = _line("E-mail", _some_text, longest=person.LONGEST_EMAIL)
    name = _line("Name", _some_text, longest=person.LONGEST_NAME)
    password = PasswordField(
        "Password", description="Leave it empty and one is made, shown to you once."
    )


class PasswordForm(FlaskForm):
    """An administrator sets somebody's password."""

    password = PasswordField(
        "New password", description="Leave it empty and one is made, shown to you once."
    )


class EntryForm(FlaskForm):
    """Whether a person may enter."""

    allowed = RadioField(choices=["yes", "no"])


class SeenForm(FlaskForm):
    """Answers that the person who asked has read."""

    item = SelectMultipleField(coerce=int, validate_choice=False)


class LearnedWordForm(FlaskForm):
    """A learned word that is adopted or banned."""

    word = HiddenField(filters=[_trimmed], validators=[Length(min=1, max=LONGEST_QUERY)])


class RestoreForm(FlaskForm):
    """An old version to be saved anew; `base` is the version of today's text that was looked at."""

    version = HiddenField(validators=[Length(min=7, max=64)])
    base = HiddenField(validators=[Length(min=12, max=12)])


class SynonymForm(FlaskForm):
    """A synonym to be looked at or saved; `seal` says what was looked at."""

    kind = HiddenField(validators=[AnyOf(["two-way", "one-way"])])
    words = _text(
        "These mean the same", longest=LONGEST_SYNONYM, remark="At least two, with commas between."
    )
    typed = _line("Whoever types", longest=LONGEST_SYNONYM)
    finds = _text("also finds", longest=LONGEST_SYNONYM, remark="One or more, with commas between.")
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


class WordsForm(FlaskForm):
    """Words of searches, as the insight page groups them."""

    words = SelectMultipleField(validate_choice=False)

    def validate_words(self, field: SelectMultipleField) -> None:
        """One or more, each as long as a query may be."""
        words = field.data or []
        if not 0 < len(words) <= MOST_WORDS or any(len(one) > LONGEST_QUERY for one in words):
            raise ValidationError("Choose some words.")


class AskAboutForm(WordsForm):
    """A group of searches, sent to a department."""

    department = SelectField("Ask")
    which = HiddenField(validators=[AnyOf(["weak", "unopened"])])

    def offer(self, departments: list[Department]) -> AskAboutForm:
        """Let these be chosen from."""
        self.department.choices = _named(departments)
        return self
