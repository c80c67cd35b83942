"""Who gets procedures by a hand-over is told so, once: also when a kill comes right after it.

What was handed to whom is read from the bulk change itself, and what was told is remembered with
the notices; so the worker may look again and again at what is not told yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from kb import page_addresses
from kb.documents.document import parse
from kb.documents.reading import described
from kb.logs import log
from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice
from kb.notices.sql.reminders import ReminderMark, Reminders
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments, Procedure, Status
from kb.publishing.edits import NotSaved
from kb.publishing.saver import Saver
from kb.publishing.sql.batch_ledger import BulkChange, Ledger

HANDED = "Handed over"  # how the notes of such bulk changes begin
_LOOKED_BACK = timedelta(days=7)


class HandingOver:
    """Tells. `text_of` gives the bytes of a blob, and raises OSError where it is gone."""

    def __init__(
        self,
        saver: Saver,
        ledger: Ledger,
        reminders: Reminders,
        receivers: Receivers,
        departments: Callable[[], Departments],
        text_of: Callable[[str], bytes],
    ) -> None:
        self._saver = saver
        self._ledger = ledger
        self._reminders = reminders
        self._receivers = receivers
        self._departments = departments
        self._text_of = text_of

    def tell(self, commit: str, now: datetime) -> None:
        """Tell those who got something by that bulk change. Raises Unwritable."""
        bulk = self._ledger.of_commit(commit)
        if bulk is not None:
            self._tell(bulk, now)

    def keep_up(self, now: datetime) -> None:
        """What the worker does: end what was killed, and tell of what nobody was told of."""
        try:
            self._saver.settle_bulk_changes()
        except NotSaved as reason:
            log().warning("not_settled", why=str(reason))
        for bulk in self._ledger.noted(HANDED, now - _LOOKED_BACK):
            self._tell(bulk, now)

    def _tell(self, bulk: BulkChange, now: datetime) -> None:
        mark = ReminderMark(f"handed:{bulk.commit}", "told")
        self._reminders.once([mark], lambda _: self._news(bulk), now)

    def _news(self, bulk: BulkChange) -> Iterator[Notice]:
        """To each who got some, but for who handed it to themselves."""
        got: dict[str, list[Procedure]] = {}
        for procedure, email in self._given(bulk):
            got.setdefault(email, []).append(procedure)
        people = self._receivers.by_emails(set(got))
        for email, person in people.items():
            if not person.disabled and person.email != bulk.by_email:
                yield _notice(person.id, bulk, got[email])

    def _given(self, bulk: BulkChange) -> Iterator[tuple[Procedure, str]]:
        """Each procedure with the address of who is its owner or deputy since then."""
        for file in self._ledger.files_of(bulk):
            try:
                was, is_now = (self._read(blob, file.path) for blob in (file.before, file.after))
            except OSError:
                continue  # erased for good since then
            new = {is_now.owner, is_now.deputy} - {was.owner, was.deputy}
            if is_now.status is not Status.RETIRED:
                yield from ((is_now, email) for email in sorted(filter(None, new)))

    def _read(self, blob: str, path: str) -> Procedure:
        return described(parse(self._text_of(blob), path), self._departments())[0]


def _notice(person_id: int, bulk: BulkChange, got: list[Procedure]) -> Notice:
    many = f"{len(got)} procedures" if len(got) > 1 else got[0].title
    return Notice(
        person_id,
        Kind.REVIEW_DUE,
        f"handed:{bulk.commit}",
        f"{bulk.by_name} handed you {many}",
        "You answer for it from now on.",
        page_addresses.reviews(which="any", owner="me"),
    )
