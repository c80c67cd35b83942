"""Each language finds its procedures as people type: other forms, no accents, greetings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import Stemmer

from kb.procedures.model import Status
from kb.search.searcher import Searcher
from kb.search.words.analysis import Stems
from kb.search.words.stop_words import stop_words
from kb.settings import LANGUAGES, NO_LANGUAGE
from tests.search.shelf import REP, TODAY, entry, ids, nothing, searcher

SHELVES = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
QUERIES = [
    (language, asked, right)
    for language, shelf in SHELVES.items()
    for asked, right in shelf["queries"].items()
]


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Searcher]:
    return {
        language: searcher(
            tmp_path_factory.mktemp(language),
            *(entry(id, title, text) for id, (title, text) in shelf["procedures"].items()),
            language=language,
        )
        for language, shelf in SHELVES.items()
    }


@pytest.mark.parametrize(("language", "asked", "right"), QUERIES)
def test_the_right_procedure_is_first(
    shelves: dict[str, Searcher], language: str, asked: str, right: str
) -> None:
    assert ids(shelves[language].search(asked, REP, TODAY))[:1] == [right]


def test_greetings_are_not_taken_for_misspelt_words(shelves: dict[str, Searcher]) -> None:
    assert shelves["spanish"].search("hola mi paquete", REP, TODAY).did_you_mean is None
    assert shelves["german"].search("mein paket", REP, TODAY).did_you_mean is None


def test_a_name_with_an_apostrophe_is_found_both_ways(tmp_path: Path) -> None:
    found = searcher(tmp_path, entry("A", "Orders of D'Angelo", "Ask."))
    for asked in ("d'angelo", "D’Angelo", "dangelo", "angelo"):
        assert ids(found.search(asked, REP, TODAY)) == ["A"], asked


def test_endings_in_hiragana_are_not_what_is_marked(shelves: dict[str, Searcher]) -> None:
    (hit,) = shelves["english"].search("パスワード忘れた", REP, TODAY).hits
    assert "れた" not in [piece.text for piece in hit.snippet if piece.marked]


def test_a_part_of_a_compound_tells_nobody_of_a_draft(tmp_path: Path) -> None:
    many = " ".join(f"{first}adresse" for first in ("neu", "alt", "haupt", "ziel", "heimat", "ort"))
    more = " ".join(f"adresse{last}" for last in ("feld", "buch", "liste", "zeile", "wahl", "kern"))
    drafts = [entry(f"D{n}", many, more, status=Status.DRAFT) for n in range(3)]
    found = searcher(tmp_path, *drafts, entry("B", "Rückgabe", "Bon."), language="german")
    assert ids(found.search("adresse", REP, TODAY)) == []
    found.index.update([entry("C", "Lieferadresse", "Anschrift.")], [], nothing)
    assert ids(found.search("adresse", REP, TODAY)) == ["C"]


def test_a_short_stem_is_no_part_of_a_compound(tmp_path: Path) -> None:
    found = searcher(tmp_path, entry("A", "Mandat", "Kontakt zum Datum."), language="german")
    for asked in ("Daten", "Konten", "\u0300" * 5):
        assert ids(found.search(asked, REP, TODAY)) == [], asked


def test_greetings_count_as_such_without_their_accents() -> None:
    for language, words in {
        "french": "plait probleme chere",
        "spanish": "dias senor queria",
        "german": "grusse gruesse moechte koennten",
        "portuguese": "ola duvida",
    }.items():
        assert set(words.split()) <= stop_words(language), language


def test_what_was_elided_leaves_compounds_whole(tmp_path: Path) -> None:
    found = searcher(tmp_path, entry("A", "Changer l'e-mail", "Étape."), language="french")
    for asked in ("email", "e-mail", "l’e-mail", "mail"):
        results = found.search(asked, REP, TODAY)
        assert (ids(results), results.did_you_mean) == (["A"], None), asked


def word_forms() -> dict[str, list[tuple[str, list[str]]]]:
    """Of each language what is written, and what is typed; a minus where that is not found."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for line in Path(__file__).with_name("word_forms.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            forms = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            written, typed = line.split(": ")
            forms.append((written, typed.split()))
    return found


@pytest.mark.parametrize("language", word_forms())
def test_everyday_words_are_found_in_their_forms(tmp_path: Path, language: str) -> None:
    forms = word_forms()[language]
    every = (entry(str(nth), written, "") for nth, (written, _) in enumerate(forms))
    found = searcher(tmp_path, *every, language=language)
    missed = [
        f"{written}: {word}"
        for nth, (written, typed) in enumerate(forms)
        for word in typed
        if (ids(found.search(word.lstrip("-"), REP, TODAY))[:1] == [str(nth)])
        == word.startswith("-")
    ]
    assert not missed
    assert sum(len(typed) for _, typed in forms) >= 17


def test_each_language_of_the_stemmer_is_offered_or_refused_with_a_reason() -> None:
    assert set(LANGUAGES) | set(NO_LANGUAGE) == set(Stemmer.algorithms())
    assert not set(LANGUAGES) & set(NO_LANGUAGE)


@pytest.mark.parametrize("word", ["j", "je", "tje", "ge", "d", "dt", "aa", "iging", "gezond"])
def test_short_dutch_words_keep_a_stem(word: str) -> None:
    assert 0 < len(Stems("dutch").of(word)) <= len(word)


def test_dutch_words_of_other_matters_stay_apart() -> None:
    of = Stems("dutch").of
    for one, other in (
        ("wijziging", "wijs"),
        ("kant", "kan"),
        ("pakket", "pak"),
        ("bond", "bon"),
        ("gebruik", "bruikbaar"),
        ("klacht", "klas"),
    ):
        assert of(one) != of(other), (one, other)
