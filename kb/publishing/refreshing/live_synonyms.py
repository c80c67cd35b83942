"""synonyms.yml as it is now, or as it was when it could last be read."""

from __future__ import annotations

from kb.documents.settings_files.synonyms import SynonymLists
from kb.publishing.refreshing.last_good import LastGood
from kb.search.words.synonyms import Synonyms
from kb.storage.files.library import Library


class LiveSynonyms:
    """synonyms.yml as it is now, as search wants it; called at each search."""

    def __init__(self, library: Library, lists: LastGood[SynonymLists]) -> None:
        self._library = library
        self._lists = lists
        self._read: tuple[object, Synonyms] = (None, Synonyms())

    def __call__(self) -> Synonyms:
        """Looked at with every search: only what changed is read."""
        try:
            stamp = self._library.synonyms_stamp()
        except OSError:
            return self._read[1]  # what was read last still holds
        if stamp != self._read[0]:
            lists = self._lists().settings
            self._read = (stamp, Synonyms(lists.two_way, lists.one_way))
        return self._read[1]
