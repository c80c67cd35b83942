"""What finds and mends what is wrong in files, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.publishing.parts import Publishing
from kb.search.parts import Searching
from kb.storage.parts import Storage
from kb.tidying.link_checking import LinkChecking
from kb.tidying.link_probe import Outside
from kb.tidying.rewording import Rewording
from kb.tidying.sql.keyword_uses import KeywordUses
from kb.tidying.sql.link_rounds import LinkRounds
from kb.tidying.sql.twin_pairs import TwinPairs
from kb.tidying.twin_search import Comparing


class Tidying(Struct, frozen=True):
    """Dead links, twins and keywords: what finds them, what is known of them, what mends them."""

    links: LinkRounds
    link_checking: LinkChecking
    twins: TwinPairs
    comparing: Comparing
    keyword_uses: KeywordUses
    rewording: Rewording


def build(
    engine: Engine,
    storage: Storage,
    catalogue: Catalogue,
    search: Searching,
    publishing: Publishing,
) -> Tidying:
    """Of the procedures in that catalogue."""
    links, pairs = LinkRounds(engine), TwinPairs(engine)
    return Tidying(
        links=links,
        link_checking=LinkChecking(storage.library, links, Outside()),
        twins=pairs,
        comparing=Comparing(catalogue, search.searcher, pairs),
        keyword_uses=KeywordUses(engine),
        rewording=Rewording(storage.library, publishing),
    )
