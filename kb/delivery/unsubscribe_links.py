"""The link in a letter by which its receiver stops the mail without signing in. Pure."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from kb import page_addresses


class Leaving:
    """Makes and reads those links. They do not end: an old letter can be left by, too."""

    def __init__(self, secret: str) -> None:
        self._sealing = URLSafeSerializer(secret, salt="no more mail")

    def path(self, person_id: int) -> str:
        """Where this person says that they want no more mail."""
        return page_addresses.unsubscribing(str(self._sealing.dumps(person_id)))

    def person_of(self, token: str) -> int | None:
        """Whose link it is; None for one that we did not make."""
        try:
            found = self._sealing.loads(token)
        except BadData:
            return None
        return found if isinstance(found, int) else None
