"""Where to from a procedure: what others opened next, and what is near to it in meaning."""

from __future__ import annotations

from collections.abc import Hashable

from msgspec import Struct

from kb.cache import Cache
from kb.procedures.model import Procedure
from kb.procedures.visibility import Reader
from kb.web.documents.rendered import Text
from kb.web.site.pages import generation, now, parts

MOST = 4  # procedures in each list
_KEPT = 4_000


class RelatedProcedures(Struct, frozen=True):
    """What stands in one list, or is authored as related, does not stand in another."""

    opened_next: tuple[Procedure, ...] = ()
    near: tuple[Procedure, ...] = ()


class Onward:
    """The ways from the procedures asked for last, each as long as nothing changes about it."""

    def __init__(self) -> None:
        self._kept: Cache[Hashable, RelatedProcedures] = Cache(_KEPT)

    def ways(self, text: Text, reader: Reader) -> RelatedProcedures:
        """For that reader; one statement where they are not kept, two now and then."""
        id = text.procedure.id
        opened = parts().insight.journeys.next_after(id, now())
        near = tuple(one.id for one in parts().search.nearness.near(id, reader))
        if not (opened or near):
            return RelatedProcedures()
        key = (id, generation(), reader, opened, near)
        return self._kept.of(key, lambda: _looked_up(text, reader, opened, near))


def _looked_up(
    text: Text, reader: Reader, opened: tuple[str, ...], near: tuple[str, ...]
) -> RelatedProcedures:
    cards = parts().catalogue.by_ids({*opened, *near})
    shown = {text.procedure.id, *(one.id for one in text.related)}

    def first_few(ids: tuple[str, ...]) -> tuple[Procedure, ...]:
        found = (cards[id].procedure for id in ids if id in cards and id not in shown)
        return tuple(one for one in found if reader.may_find(one))[:MOST]

    after = first_few(opened)
    shown |= {one.id for one in after}
    return RelatedProcedures(after, first_few(near))
