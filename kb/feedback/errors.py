"""Every refusal of the inbox. Its text is one sentence that the person may read."""

from __future__ import annotations


class FeedbackError(Exception):
    """Any refusal below."""


class AlreadyAnswered(FeedbackError):
    """Somebody was faster: the item is not open any more."""


class Withdrawn(AlreadyAnswered):
    """The reporter took it back; there is nothing to answer."""


class NotNow(AlreadyAnswered):
    """The step does not lead on from where the item stands."""


class NotYourDepartment(FeedbackError):
    """There is no such item, or not for this person: both told alike."""


class EmptyReply(FeedbackError):
    """An answer, question or note without a word."""


class EmptyQuestion(FeedbackError):
    """A request that says neither what was searched nor what is missing."""


class TooLate(FeedbackError):
    """ "Not solved" after the two weeks in which it can be said."""
