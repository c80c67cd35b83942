"""synonyms.yml as it is now."""

from __future__ import annotations

from kb.documents.settings_files.synonyms import parse_synonyms
from kb.search.words.synonyms import Synonyms
from kb.storage.files.library import Library


class LiveSynonyms:
    """synonyms.yml as it is now, as search wants it; called at each search."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._read: tuple[object, Synonyms] = (None, Synonyms())

    def __call__(self) -> Synonyms:
        """Looked at with every search: only what changed is read."""
        try:
            stamp = self._library.synonyms_stamp()
            if stamp != self._read[0]:
                lists = parse_synonyms(self._library.synonyms_source())
                self._read = (stamp, Synonyms(lists.two_way, lists.one_way))
        except OSError:
            pass  # what was read last still holds
        return self._read[1]
