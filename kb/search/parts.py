"""All that finds, over one index, as one part of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from kb.search.encoder.encoding import Encoding, Progress
from kb.search.evaluation.general_fit import renew
from kb.search.index.attached_texts import AttachedTexts
from kb.search.index.index import Index
from kb.search.ranking.learned_words import LearnableWords, LearnedFile
from kb.search.searcher import Searcher
from kb.search.similar.grouping import in_words
from kb.search.similar.neighbours import Nearness
from kb.search.slow_searches import SlowSearches
from kb.search.suggester import Suggester
from kb.search.words.synonyms import Synonyms
from kb.settings import Settings

# A few MB in each process.
_ANSWERS_KEPT = 500
_SUGGESTIONS_KEPT = 2_000


class WordsSeen(Struct, frozen=True):
    """What the log of searches needs to know of words, and whom it tells what it learned.

    `fold` makes one text of what is the same search; `wording` gives the words of a text that
    can be learned, by their stems.
    """

    fold: Callable[[str], str]
    wording: Callable[[str], Mapping[str, str]]
    learn: Callable[[Iterable[tuple[str, str, int]]], None]


class Searching(Struct, frozen=True):
    """The index, and what answers from it: searches, single letters, "what is near"."""

    index: Index
    words: WordsSeen
    searcher: Searcher
    suggester: Suggester
    nearness: Nearness
    attached: AttachedTexts
    encoding: Encoding

    def encode(self, progress: Progress = lambda done: None) -> None:
        """Bring the sentence encoder's vectors, and the threshold with them, up to the index.

        Raises EncoderTrouble, OSError.
        """
        self.encoding.catch_up(self.searcher.snapshots, progress)
        renew(self.searcher, closely=True)

    def encoding_wanted(self) -> bool:
        """Is there anything to encode?"""
        return self.encoding.wanted(self.searcher.snapshots())


def build(settings: Settings, synonyms: Callable[[], Synonyms]) -> Searching:
    """Over the index that the settings name. `synonyms` is asked at each search."""
    index = Index(settings.search_index, settings.language)
    learned = LearnedFile(settings.var / "learned.arrays")
    encoding = Encoding(settings.encoder, settings.search_index)
    searcher = Searcher(
        index,
        synonyms,
        learned=learned,
        keep=_ANSWERS_KEPT,
        encoding=encoding,
        slow=SlowSearches(settings.slow_search_ms, words=bool(settings.search_log_days)),
    )
    return Searching(
        index=index,
        words=WordsSeen(in_words, LearnableWords(index.stems), learned.write),
        searcher=searcher,
        suggester=Suggester(searcher, keep=_SUGGESTIONS_KEPT),
        nearness=Nearness(searcher),
        encoding=encoding,
        attached=AttachedTexts(settings.search_index / "attached"),
    )
