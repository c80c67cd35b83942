"""Where the site's pages stand, for letters, notices and answers that lead to them. Pure.

Paths within the site. That each of them is a page's is held by tests/test_page_addresses.py.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

ACCOUNT = "/account"
NOTICES = "/notices"
MY_NOTICES = "/account/notices"  # where people choose how they are told
MUST_READS = "/must-reads"
REVIEWS = "/reviews"
BACKUPS = "/backups"


def procedure(id: str) -> str:
    """The page of that procedure."""
    return f"/procedures/{quote(id)}"


def file(path: str, fragment: str = "") -> str:
    """A file beside the procedures, opened at that place of it."""
    return f"/files/{quote(path)}{f'#{fragment}' if fragment else ''}"


def change(id: str, commit: str) -> str:
    """What that commit changed in it."""
    return f"/procedures/{quote(id)}/differences?{urlencode({'to': commit})}"


def question(item_id: int) -> str:
    """Where its reporter follows an item."""
    return f"/questions/{item_id}"


def inbox_item(item_id: int) -> str:
    """Where a department answers an item."""
    return f"/inbox/{item_id}"


def submission(submission_id: int) -> str:
    """Where reviewers decide on it."""
    return f"/submissions/{submission_id}"


def must_read(number: int) -> str:
    """Where it is read and confirmed."""
    return f"/must-reads/{number}"


def standing_must_read(number: int) -> str:
    """Where is seen how far everybody is with it."""
    return f"/standing-must-reads/{number}"


def unsubscribing(token: str) -> str:
    """Where the receiver of a letter says that they want no more."""
    return f"/unsubscribe/{token}"


def reviews(**asked: str) -> str:
    """The list of reviews, narrowed down."""
    return f"{REVIEWS}?{urlencode(asked)}"


def late_in_inbox(department: str) -> str:
    """What its lead finds late in the inbox."""
    return f"/inbox?show=open&due=overdue&department={department}"


def overdue(department: str) -> str:
    """What administrators find late."""
    return f"/overdue?department={department}"
