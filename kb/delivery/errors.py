"""Why something did not go out, whatever the way."""

from __future__ import annotations


class NotWanted(Exception):
    """Nobody is there who wants it, or may have it. Its text says why."""


class NotTaken(Exception):
    """It surely has not gone out. Its text says why."""


class Away(NotTaken):
    """Nothing can go out by this way at present."""


class Refused(NotTaken):
    """This one message is not taken."""


class Unusable(ValueError):
    """Nothing can ever be sent to that address. Its text says why and what to do."""


class Unclear(Exception):
    """It may have been taken or not. Its text says how."""
