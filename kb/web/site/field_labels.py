"""What the fields of forms are called where their words are given back, and which have words."""

from __future__ import annotations

from kb.documents.front_matter import FIELDS

LABELS = {field.name: field.label for field in FIELDS.values() if field.label} | {
    "at": "Day and time",
    "body": "Text",
    "comment": "Your comment",
    "department": "Department",
    "email": "E-mail",
    "head": "Front matter",
    "helpful": "Helpful",
    "must_note": "What people have to know",
    "must_read_by": "To be read by",
    "name": "Name",
    "new": "The new words",
    "note": "What changed, and why",
    "old": "Instead of",
    "outcome": "Outcome",
    "q": "What you were looking for",
    "reason": "What is not right",
    "reply": "Your answer",
    "said": "Was it helpful",
    "text": "Comment",
    "title": "Title",
    "word": "Word",
    "words": "Words",
}


def label_of(name: str) -> str:
    """What the field of that name is called."""
    return LABELS.get(name) or name.replace("_", " ").replace("-", " ").capitalize()


# Not written by hand: what forms carry along, and what is chosen rather than typed.
_CARRIED = frozenset(
    "administrator allowed anchor anyway assignee attitude audience base case changes chosen"
    " csrf_token delivery department draft editor editor_of every file folder from helpful"
    " information instead_of into item kept kind leave made mail mine must_audience must_read_by"
    " next no_chat offered one other outcome page passage person place procedure professionalism"
    " query quiet reason reviewer reviewer_of said seal show shown sort status team template theirs"
    " then ticked timeliness to typed version way when which whole worth_telling".split()
)
_SECRET = ("password", "token", "chat_url")


def is_secret(name: str) -> bool:
    """Is it a field whose words are shown and kept nowhere?"""
    return name in {"current", "again"} or any(part in name for part in _SECRET)


def is_typed(name: str) -> bool:
    """Is it a field that somebody writes into?"""
    carried = name in _CARRIED or name.startswith(("choice-", "pace-"))
    return not carried and not is_secret(name)
