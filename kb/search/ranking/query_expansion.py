"""Each typed word and what it stands for in these procedures: stems, synonyms, near spellings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from kb.procedures.visibility import Reader
from kb.search.index.snapshot import Mask, Snapshot, remembered
from kb.search.index.spelling import NEAREST, may_be_misspelt
from kb.search.query import Query
from kb.search.ranking.query_words import Option, Slot
from kb.search.words.analysis import LONGEST_WORD, Stems, folded, is_grammar, is_unspaced
from kb.search.words.other_forms import number_as_dialled
from kb.search.words.synonyms import Synonyms

FEW = 2  # procedures that may have written a word wrong
OFTENER = 10  # times as many have it right
STOP_WORD_WEIGHT = 0.35
LEAST_CODE = 3  # characters of a word with a digit: a number, a model, an error
JOINED = 0.95  # "setup" for the words "set up"
LEAST_HALF = 2  # letters
SYNONYM = 0.8
ONE_SLIP = 0.75  # or more: the factor of a spelling that is one slip away
MISSPELT = {0.5: 0.75, 1.0: 0.95, 1.5: 0.6, 2.0: 0.65, 2.5: 0.45}  # by slips
COMPOUND = 0.6  # a word of which it is the beginning or the end
COMPOUNDING = frozenset(
    {"danish", "dutch", "finnish", "german", "hungarian", "norwegian", "swedish"}
)
LEAST_IN_COMPOUND = 5  # letters of its stem
MOST_COMPOUNDS = 20  # words of a query whose compounds are looked for
BEGUN = 0.8  # a word that begins with what was typed
MOST_BEGUN = 12
MOST_READ = 100  # procedures in which two words are looked for side by side
MOST_SPLIT = 20  # letters of a word that may be two written together


class ExpandedQuery(Struct):
    """The slots, the words taken for misspelt with their likely spelling, and words added.

    `instead` are for a word, or each word of an expression, others that mean the same together.
    """

    slots: tuple[Slot, ...]
    corrected: dict[str, str]
    added: tuple[str, ...]
    instead: dict[str, tuple[str, ...]]


class QueryExpansion:
    """Expands queries by what the snapshots in service have, as `reader` may see them.

    Safe to share between threads; what it found for a word it remembers.
    """

    def __init__(
        self,
        sets: tuple[Snapshot, ...],
        stems: Stems,
        stop_words: frozenset[str],
        synonyms: Synonyms,
        reader: Reader,
        knows: Callable[[str], bool],
    ) -> None:
        """`knows` says of a word whether the language has it."""
        self.sets = sets
        self.knows = knows
        self.stems = stems
        self.stop_words = stop_words
        self.synonyms = synonyms
        self.reader = reader
        self._plain = remembered(self._found_plain, 1 << 10)
        self._exact = remembered(self._found_exactly, 1 << 11)
        self._near = remembered(self._found_near, 1 << 10)
        self._respelt = remembered(self._found_respelt, 1 << 11)
        self._halves = remembered(self._found_halves, 1 << 10)
        self._joins = remembered(self._found_joining, 1 << 11)
        self._compounds = remembered(self._found_in_compounds, 1 << 8)

    def of(self, query: Query, prefix: bool) -> ExpandedQuery:
        """What each word of `query` stands for. `prefix`: the last word is unfinished."""
        slots: dict[str, Slot] = {}
        corrected: dict[str, str] = {}
        last = len(query.words) - 1 if prefix else -1
        for nth, word in enumerate(query.words):
            if word in slots:
                continue
            plain = self._plain(word) if nth != last else None
            if plain is not None:
                slots[word] = plain
                continue
            options = list(self._exact(word))
            if nth == last:
                options += self._begun(word)
            elif nth < MOST_COMPOUNDS and self._makes_compounds(word):
                options += self._compounds(word)
            options = options or self._dialled(word)
            if not options and (halves := self._halves(word)):
                slots |= halves
                continue
            if not options or nth != last:
                near, spelling = self._respelt(word, bool(options))
                known = {option.stem for option in options}
                options += [option for option in near if option.stem not in known]
                if spelling:
                    corrected[word] = spelling
            slots[word] = self._slot(word, options, meant=corrected.get(word, word))
        self._correct_known(slots, corrected)
        words = tuple([corrected.get(word, word) for word in query.words])
        self._join(query, words, slots)
        self._mark_as_typed(query, slots)
        added, instead = self._add_synonyms(query.words, words, slots)
        return ExpandedQuery(tuple(slots.values()), corrected, added, instead)

    def _found_plain(self, word: str) -> Slot | None:
        """The slot of a word that is written so in some procedure, and is no part of others."""
        options = self._exact(word)
        if not options or self._makes_compounds(word) or self._respelt(word, True)[1]:
            return None
        return self._slot(word, options)

    def _slot(
        self, word: str, options: Iterable[Option], added: bool = False, meant: str = ""
    ) -> Slot:
        """The slot of a word, which is likely `meant` so."""
        stop_word = (meant or word) in self.stop_words or is_grammar(word)
        weight = (STOP_WORD_WEIGHT if stop_word else 1.0) * (SYNONYM if added else 1.0)
        return Slot.among(self.sets, word, options, weight, stop_word, added)

    def _may_be_misspelt(self, word: str) -> bool:
        """A word that the language has is most often meant as it is typed."""
        return may_be_misspelt(word) and word not in self.stop_words and not self.knows(word)

    def _found_respelt(self, word: str, stemmed: bool) -> tuple[list[Option], str | None]:
        """Near spellings of a word that is likely misspelt, and the likeliest of them.

        `stemmed`: its stem is known. Then it is misspelt where nobody has written it, or only by
        mistake: few have it, each of these has the near spelling too, and so have many more. One
        that differs in its end alone is another form: "shipments".
        """
        if not self._may_be_misspelt(word):
            return [], None
        near, spelling = self._near(word)
        if not stemmed or spelling is None:
            return near, spelling
        if word.startswith(spelling) or spelling.startswith(word):
            return [], None
        own, right = self._having(word), self._having(spelling)
        count, often = (sum(map(np.count_nonzero, having)) for having in (own, right))
        beside = sum(np.count_nonzero(a & b) for a, b in zip(own, right, strict=True))
        mistaken = count <= FEW and beside == count and often >= OFTENER * count
        likely = near[0].factor >= ONE_SLIP and self.knows(spelling)
        return (near[:1], spelling) if mistaken and likely else ([], None)

    def _having(self, word: str) -> list[Mask]:
        """The documents of each set that the reader may find and that have it as written."""
        found = []
        for one in self.sets:
            mask = np.zeros(one.count, bool)
            for row in one.written(_bytes(word)):
                mask[one.surface_docs(row)] = True
            found.append(mask & one.visible(self.reader))
        return found

    def _correct_known(self, slots: dict[str, Slot], corrected: dict[str, str]) -> None:
        """A word of the language that no procedure has, if one names all others beside a near
        spelling of it: "refund to a cart" where one is called "Refund to a card"."""
        if all(slot.options for slot in slots.values()):
            return
        telling = [slot for slot in slots.values() if not slot.stop_word]
        lost = [slot for slot in telling if not slot.options]
        if len(lost) != 1 or len(telling) < 2 or not may_be_misspelt(lost[0].word):
            return
        options, _ = self._near(lost[0].word)
        others = [slot.options for slot in telling if slot.options]
        for option in options:
            if self._named_together([(option,), *others]):
                slots[lost[0].word] = self._slot(lost[0].word, [option])
                corrected[lost[0].word] = option.why.rpartition(" ")[2]
                return

    def _named_together(self, words: list[tuple[Option, ...]]) -> bool:
        """Has a procedure that the reader may find one of each in its title and keywords?"""
        for one in self.sets:
            mask = one.visible(self.reader).copy()
            for options in words:
                having = np.zeros(one.count, bool)
                rows = [one.row(option.stem) for option in options]
                for row in (row for row in rows if row >= 0):
                    having[one.table("title", row)[0]] = True
                    having[one.table("keywords", row)[0]] = True
                mask &= having
            if mask.any():
                return True
        return False

    def _found_halves(self, word: str) -> dict[str, Slot]:
        """ "setup" where only "set up" is written: the two words that it is made of."""
        if not word.isalpha() or len(word) > MOST_SPLIT:
            return {}
        best, most = 0, 0
        next_to = self.knows(word) or any(near.factor >= ONE_SLIP for near in self._near(word)[0])
        for at in range(LEAST_HALF, len(word) - LEAST_HALF + 1):
            together = self._together(word[:at], word[at:], next_to)
            if together > most:
                best, most = at, together
        if not most:
            return {}
        return {
            half: Slot.among(self.sets, half, _because(self._exact(half), f"part of {word}"), 0.5)
            for half in (word[:best], word[best:])
        }

    def _together(self, left: str, right: str, next_to: bool) -> int:
        """In how many procedures that the reader may find both words stand.

        `next_to`: one directly after the other, and not two stop words.
        """
        if next_to and left in self.stop_words and right in self.stop_words:
            return 0
        total = 0
        for one in self.sets:
            rows = one.written(_bytes(left)), one.written(_bytes(right))
            if not all(rows):
                continue
            both = one.visible(self.reader).copy()
            for half in rows:
                having = np.zeros(one.count, bool)
                for row in half:
                    having[one.surface_docs(row)] = True
                both &= having
            total += int(
                np.count_nonzero(self._in_a_row(one, both, left, right) if next_to else both)
            )
        return total

    def _in_a_row(self, one: Snapshot, docs: Mask, left: str, right: str) -> list[int]:
        """Those of the first `docs` where the two words stand one directly after the other."""
        pair = [one.row(self.stems.of(word).encode("utf-8", "replace")) for word in (left, right)]
        found = []
        for doc in docs.nonzero()[0][:MOST_READ].tolist():
            line = one.line(doc)
            if ((line[:-1] == pair[0]) & (line[1:] == pair[1])).any():
                found.append(doc + 1)
        return found

    def _join(self, query: Query, words: tuple[str, ...], slots: dict[str, Slot]) -> None:
        """The joined form may stand for its parts, typed as one ("e-mail") or not ("set up").

        `words` are those of the query, each as it is likely meant.
        """
        typed = [(first, last) for first, last, _ in query.compounds]
        pairs = [
            (nth, nth + 2, left + right)
            for nth, (left, right) in enumerate(pairwise(words))
            if self._joins(left, right) and left + right not in slots
        ]
        for joined, _ in query.as_one:
            if joined not in slots and (options := self._whole(joined)):
                slots[joined] = Slot.among(self.sets, joined, options, 1.0, False, True)
        for first, last, joined in (*query.compounds, *pairs):
            options = list(self._exact(joined))
            for word in query.words[first:last] if options else ():
                if word in slots:
                    slot, more = slots[word], _because(options, joined, JOINED)
                    weight = slot.weight / (last - first if (first, last) in typed else 1)
                    slots[word] = self._again(slot, more, weight, slot.stop_word)

    def _mark_as_typed(self, query: Query, slots: dict[str, Slot]) -> None:
        """What must stand so in a procedure to be meant: compounds, runs of digits, codes."""
        parts = {word: 1 for word in query.words if _is_code(word)} | dict(query.as_one)
        if not parts:
            return
        telling = max(sum(not slot.stop_word for slot in slots.values() if not slot.added), 1)
        for word, count in parts.items():
            if word in slots and any(slots[word].rows):
                share = min(count / telling, 1.0)
                slots[word] = replace(slots[word], as_typed=share)

    def _whole(self, joined: str) -> list[Option]:
        """What was typed as one, or as a number in groups: "v2.3.0" for "2.3.0", too."""
        options = list(self._exact(joined)) or self._dialled(joined)
        other = joined[1:] if joined[0] == "v" else f"v{joined}"
        if any(map(str.isdigit, joined[:2])):
            known = {option.stem for option in options}
            more = _because(self._exact(other), joined, JOINED)
            options += [option for option in more if option.stem not in known]
        return options

    def _dialled(self, word: str) -> list[Option]:
        """The number as a procedure has it, with or without what is dialled from elsewhere."""
        for digits in number_as_dialled(word) if word.isdigit() else ():
            if options := self._exact(digits):
                return _because(options, f"number {word}" if digits != word else "")
        return []

    def _found_joining(self, left: str, right: str) -> bool:
        """Is there a word of both together, one of which at least is no stop word?"""
        if not (left.isalpha() and right.isalpha()) or len(left) + len(right) > MOST_SPLIT:
            return False
        stop_word = left in self.stop_words and right in self.stop_words
        return not stop_word and bool(self._exact(left + right))

    def _found_exactly(self, word: str) -> tuple[Option, ...]:
        """The word's stem, and those of words that differ in accents only."""
        found = {self.stems.of(word).encode("utf-8", "replace")[:LONGEST_WORD]}
        if not word.isascii() or self.stems.language != "english":
            for one in self.sets:
                rows = one.written(_bytes(word))
                found |= {bytes(one.arrays["stems"][one.arrays["surface.stem"][r]]) for r in rows}
        known = [stem for stem in sorted(found) if self._known(stem)]
        return tuple([Option(stem, 1.0, "") for stem in known])

    def _makes_compounds(self, word: str) -> bool:
        """Is it a part of longer words, by its language or as one character of a pair?"""
        if is_unspaced(word):
            return len(word) == 1
        compounding = self.stems.language in COMPOUNDING and word not in self.stop_words
        return compounding and len(self.stems.of(word)) >= LEAST_IN_COMPOUND

    def _found_in_compounds(self, word: str) -> tuple[Option, ...]:
        """The commonest words that begin or end with this one: "Lieferadresse" for "Adressen".

        As the reader knows them: what they may not find has no say in which these are.
        """
        stem = self.stems.of(word).encode("utf-8", "replace")
        sizes: dict[bytes, int] = {}
        for one in self.sets:
            ending = np.strings.endswith(one.stems, stem)
            ending[slice(*one.stems.searchsorted([stem, stem + b"\xff"]))] = True
            visible = one.visible(self.reader)
            for row in ending.nonzero()[0].tolist():
                if size := int(np.count_nonzero(visible[one.table("words", row)[0]])):
                    found = bytes(one.stems[row])
                    sizes[found] = sizes.get(found, 0) + size
        sizes.pop(stem, None)
        commonest = sorted(sizes, key=lambda one: (-sizes[one], one))[:MOST_BEGUN]
        return tuple([Option(one, COMPOUND, f"compound of {word}") for one in commonest])

    def _known(self, stem: bytes) -> bool:
        """Does a procedure that the reader may find have it?"""
        for one in self.sets:
            row = one.row(stem)
            if row >= 0 and one.any_visible(one.table("words", row)[0], self.reader):
                return True
        return False

    def _begun(self, word: str) -> list[Option]:
        """The commonest words that begin with `word`."""
        found: dict[bytes, int] = {}
        for one in self.sets:
            rows = one.written(_bytes(word), prefix=True)
            counts = one.counts_visible(rows, self.reader)
            for nth in np.argsort(-counts, kind="stable")[:MOST_BEGUN].tolist():
                row = rows.start + nth
                if counts[nth]:
                    stem = bytes(one.arrays["stems"][one.arrays["surface.stem"][row]])
                    found[stem] = found.get(stem, 0) + int(counts[nth])
        commonest = sorted(found, key=lambda stem: (-found[stem], stem))[:MOST_BEGUN]
        return [Option(stem, BEGUN, f"begins with {word}") for stem in commonest]

    def _found_near(self, word: str) -> tuple[list[Option], str | None]:
        """Near spellings that the reader may know of, and the likeliest of them."""
        found: dict[bytes, tuple[float, int, bytes]] = {}
        for one in self.sets:
            kept, slips = 0, 0.0
            for near in one.spellings.near(_bytes(word)):
                # Of those with as many slips the commonest is wanted, as this reader may know it.
                if kept >= NEAREST and near.slips > slips:
                    break
                count = int(one.counts_visible(range(near.row, near.row + 1), self.reader)[0])
                if not count:
                    continue
                surface = bytes(one.arrays["surfaces"][near.row])
                stem = bytes(one.arrays["stems"][one.arrays["surface.stem"][near.row]])
                before = found.get(surface, (near.slips, 0, stem))
                found[surface] = (near.slips, before[1] + count, stem)
                kept, slips = kept + 1, near.slips
        best = sorted(found, key=lambda one: (found[one][0], -found[one][1], one))[:NEAREST]
        options: dict[bytes, Option] = {}
        for surface in best:
            slips, _, stem = found[surface]
            why = f"{word} → {surface.decode('utf-8', 'replace')}"
            options.setdefault(stem, Option(stem, MISSPELT.get(slips, 0.4), why))
        likeliest = best[0].decode("utf-8", "replace") if best else None
        return list(options.values()), likeliest

    def _add_synonyms(
        self, typed: tuple[str, ...], words: tuple[str, ...], slots: dict[str, Slot]
    ) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        """The others that mean the same, all and by word; `words` are those `typed`, each as it is
        likely meant."""
        added: list[str] = []
        instead: dict[str, tuple[str, ...]] = {}
        for first, last, others in self.synonyms.found_in(words):
            why = f"synonym of {' '.join(words[first:last])}"
            added.append(" ".join(others))
            if last == first + 1 and len(others) == 1 and typed[first] in slots:
                more = _because(self._exact(others[0]), why, SYNONYM)
                slots[typed[first]] = self._again(slots[typed[first]], more)
                continue
            instead |= dict.fromkeys(typed[first:last], others)
            for other in others:
                if other not in slots:
                    slots[other] = self._slot(other, _because(self._exact(other), why), True)
        return tuple(added), instead

    def _again(
        self, slot: Slot, more: Iterable[Option], weight: float = 1.0, stop_word: bool = False
    ) -> Slot:
        """The slot with more options."""
        known = {option.stem for option in slot.options}
        options = (*slot.options, *(option for option in more if option.stem not in known))
        return Slot.among(self.sets, slot.word, options, weight, stop_word, slot.added)


def _is_code(word: str) -> bool:
    return len(word) >= LEAST_CODE and any(map(str.isdigit, word))


def _because(options: Iterable[Option], why: str, factor: float = 1.0) -> list[Option]:
    return [Option(option.stem, factor, why) for option in options]


def _bytes(word: str) -> bytes:
    return folded(word).encode("utf-8", "replace")[:LONGEST_WORD]
