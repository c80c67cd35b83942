"""A generated corpus: procedures of 300 to 550 words over a Zipf-like vocabulary."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

_DEPARTMENTS = ("orders", "shipping", "returns", "billing", "accounts", "technical", "complaints")
_COMMON = (
    "the to a of and in is for on it with that you if or be as are not this by customer order "
    "account payment address number please ask open screen send refund item delivery date check "
    "time call phone name ticket note team day return card email code status service product"
).split()
_ONSETS = "b c d f g h k l m n p r s t v br cl dr fl gr pl pr st tr sh ch".split()
_VOWELS = "a e i o u ai ea oo".split()
_CODAS = "n r l s t m d k p nd st rt ck".split()
_VOCABULARY = 12_000


@dataclass(frozen=True, slots=True)
class Page:
    """One generated procedure; `title` is 4 words of which 3 are rare."""

    id: str
    department: str
    title: str
    keywords: tuple[str, ...]
    body: str

    @property
    def markdown(self) -> str:
        """The file's text."""
        keywords = ", ".join(f'"{keyword}"' for keyword in self.keywords)
        return (
            f'---\nid: {self.id}\ntitle: "{self.title}"\nkeywords: [{keywords}]\n'
            f"department: {self.department}\nreviewed: 2026-10-01\nreview_every: 1 year\n---\n\n"
            f"{self.body}\n"
        )


def vocabulary(rng: random.Random) -> list[str]:
    """Distinct words, the common ones first: rank is Zipf's rank."""
    words = list(_COMMON)
    seen = set(words)
    while len(words) < _VOCABULARY:
        syllables = rng.choices((1, 2, 3), (1, 6, 3))[0]
        word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables))
        word += rng.choice(_CODAS)
        if len(word) >= 4 and word not in seen:
            seen.add(word)
            words.append(word)
    return words


def pages(size: int, seed: int = 7) -> list[Page]:
    """`size` procedures, the same for the same seed."""
    rng = random.Random(seed)
    words = vocabulary(rng)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    rare = words[1_000:]
    return [_page(number, rng, words, weights, rare) for number in range(size)]


def _page(
    number: int, rng: random.Random, words: list[str], weights: list[float], rare: list[str]
) -> Page:
    department = _DEPARTMENTS[number % len(_DEPARTMENTS)]
    topic = [rng.choice(words[20:400]), *rng.sample(rare, 3)]
    title = " ".join(topic).title()
    drawn = rng.choices(words, cum_weights=weights, k=rng.randint(300, 550))
    drawn[: len(topic)] = topic
    cut = len(drawn) // 4
    body = "\n\n".join(
        (
            "## When to use this\n\n" + _sentences(drawn[:cut], rng),
            "## Steps\n\n" + _steps(drawn[cut : 3 * cut]),
            "## What to say\n\n> " + _sentences(drawn[3 * cut :], rng),
        )
    )
    keywords = (f"{department.title()}: {topic[1].title()}", topic[2])
    return Page(f"B-{number:06}", department, title, keywords, body)


def _sentences(words: list[str], rng: random.Random) -> str:
    text, start = [], 0
    while start < len(words):
        length = rng.randint(8, 16)
        text.append(" ".join(words[start : start + length]).capitalize() + ".")
        start += length
    return " ".join(text)


def _steps(words: list[str]) -> str:
    groups = [words[start : start + 20] for start in range(0, len(words), 20)]
    return "\n".join(f"{n}. {' '.join(g).capitalize()}." for n, g in enumerate(groups, 1))


def write(folder: Path, made: list[Page]) -> None:
    """The pages as files, one folder a department, 500 files a sub-folder at most."""
    for number, page in enumerate(made):
        place = folder / page.department / f"{number // 3_500:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{page.id.lower()}.md").write_text(page.markdown, encoding="utf-8")


def typed(made: list[Page], count: int, seed: int = 13) -> list[str]:
    """What stands in the search box at each pause of people who type `queries`, every 3 letters."""
    asked = []
    for query in queries(made, count, seed):
        asked += [query[:end] for end in range(2, len(query), 3)] + [query]
    return asked


def queries(made: list[Page], count: int, seed: int = 11) -> list[str]:
    """Queries of 2 to 5 words as people type them: words of one page, common ones among them."""
    rng = random.Random(seed)
    asked = []
    for page in rng.choices(made, k=count):
        plain = [word for word in page.body.replace(".", " ").split() if word.isalpha()]
        asked.append(" ".join([*rng.sample(plain, rng.randint(1, 3)), rng.choice(_COMMON[20:])]))
    return [query.lower() for query in asked]
