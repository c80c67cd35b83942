"""What the fields of forms are called where their words are given back."""

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
