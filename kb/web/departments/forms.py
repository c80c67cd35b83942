"""Forms of a department: what departments.yml says of it, and its members."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from kb.departments.administration import LONGEST, LONGEST_ID, READ

LONGEST_EMAIL = 254


def _line(label: str, remark: str = "", longest: int = LONGEST) -> StringField:
    message = f"At most {longest:,} characters, please."
    return StringField(
        label,
        filters=[lambda text: (text or "").replace("\0", "").strip()],
        validators=[Length(max=longest, message=message)],
        description=remark,
    )


class DepartmentForm(FlaskForm):
    """Everything but the id, which never changes. `was` is what the page showed."""

    name = _line("Name")
    lead = _line("Lead", "Name or e-mail address of the person who leads it.")
    channel = _line("How to reach it", "A chat channel, an extension.")
    answer_within = _line("Answers within", "“8 hours” or “2 days”, in its working hours.")
    review_every = _line(
        "Reviews every", "“6 months”, “90 days”, “1 year”; a procedure may differ."
    )
    hours = _line("Working hours", "“Mon-Fri 9:00-17:00; Sat 10:00-14:00”.")
    holidays = _line("Holidays", "Days with commas between: 2026-12-25, 2027-01-01.")
    time_zone = _line("Time zone", "Such as Europe/Amsterdam.")
    changes = SelectField(
        "Changes to what is published",
        choices=[
            SelectChoice("", "are saved at once"),
            SelectChoice("reviewed", "wait for a reviewer; until then the old text stays up"),
        ],
        validate_choice=False,
    )
    notify = _line("Chat that is told", "Hears of new and of late questions; see the notices.")

    def wanted(self) -> dict[str, str]:
        """By key of departments.yml."""
        return {name: self[name].data or "" for name in READ}

    def say(self, faults: dict[str, str]) -> None:
        """What is wrong, at its field."""
        for name, text in faults.items():
            if name in self:
                self[name].errors = [text]


class NewDepartmentForm(DepartmentForm):
    """One more; without an id it gets one made from its name."""

    id = _line(
        "Id", "In addresses and folders; never changes. Made from the name when empty.", LONGEST_ID
    )


class MemberForm(FlaskForm):
    """What a person is in one department."""

    email = _line("Name or e-mail", longest=LONGEST_EMAIL)
    editor = BooleanField("Editor")
    reviewer = BooleanField("Reviewer")


class RemovalForm(FlaskForm):
    """Said twice: the id is written out."""

    id = HiddenField()
