"""Forms of signing in, of one's account and of the people's pages."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, ValidationError

from kb.people import passwords, person
from kb.procedures.model import Department
from kb.web.site.fields import line, named, some_text, trimmed


class SignInForm(FlaskForm):
    """`next` is where to go afterwards, `kept` what was written while the session ended."""

    email = StringField("E-mail", filters=[trimmed])
    password = PasswordField("Password")
    next = HiddenField()
    kept = HiddenField()


class OwnPasswordForm(FlaskForm):
    """A person changes their own password."""

    current = PasswordField("Current password", [InputRequired("Type your current password.")])
    new = PasswordField(
        "New password",
        [InputRequired("Type the new password.")],
        description=f"At least {passwords.SHORTEST} characters, and not easy to guess.",
    )
    again = PasswordField("New password again")

    def validate_again(self, field: PasswordField) -> None:
        """A password typed blindly is typed twice."""
        if field.data != self.new.data:
            raise ValidationError("The two new passwords differ.")


class RolesForm(FlaskForm):
    """What a person is, by department."""

    administrator = BooleanField("Administrator: manages people and departments")
    editor_of = SelectMultipleField("Editor of")
    reviewer_of = SelectMultipleField("Reviewer of")

    def offer(self, departments: list[Department]) -> RolesForm:
        """Let these be chosen from."""
        self.editor_of.choices = self.reviewer_of.choices = named(departments)
        return self


class NewPersonForm(RolesForm):
    """Somebody to be added. Without a password one is made and shown once."""

    email = line("E-mail", some_text, longest=person.LONGEST_EMAIL)
    name = line("Name", some_text, longest=person.LONGEST_NAME)
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
