"""A procedure made ready for the index: its words with their places, and its passages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from msgspec import Struct, field, msgpack

from kb.procedures.model import AttachedText, Entry, Section
from kb.search.words.analysis import Cut, cut, starts_at
from kb.search.words.other_forms import HUMP, name_parts, numbers

BLOCK = 60  # words; a passage is two neighbouring blocks of one section
LEAST_BLOCK = 20  # a shorter rest joins the block before it
MOST_KEYWORDS = 100  # of one procedure, whose meaning is kept
LEAST_SAID = 3  # words of a keyword that says something; a shorter one is a tag
MOST_WORDS = 200_000  # of one procedure; what follows is readable, not searchable
# A word's place tells its field: where each begins, and how many words of it are told apart.
TITLE, KEYWORDS, BODY = (0, 200), (300, 600), (1000, 260_000)
# From here on a place is a page, slide or row of the attachments, for all words on it.
ATTACHED = 1 << 18
MOST_ATTACHED = 300_000  # words of all attachments of one procedure

Places = defaultdict[str, list[int]]
Row = tuple[int, int, int, int, int]  # [first, last) word, section, [start, end) in the texts
Span = tuple[int, int]  # [first, last) of the words as written


class PreparedEntry(Struct):
    """What the index writes of one entry.

    `texts` are those of its sections, as UTF-8; `files` is what its attachments say, packed.
    The meaning of each passage is that of the words
    of its `spans` in `written`: title, heading and text; the first `title` words are the title's.
    `keywords` are the words of each keyword that says something. `keys` are those of the title
    and the passages, `keyword_keys` of these keywords (key_of).
    """

    path: str
    fingerprint: str
    stored: str
    texts: bytes
    places: Places
    passages: list[Row] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    title: int = 0
    spans: list[tuple[Span, ...]] = field(default_factory=list)
    keywords: list[list[str]] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    keyword_keys: list[int] = field(default_factory=list)
    files: bytes = b""


def prepare(entry: Entry) -> PreparedEntry:
    """Cut an entry into words and passages."""
    procedure = entry.procedure
    encoded = [section.text.encode("utf-8", "surrogatepass") for section in entry.sections]
    made = PreparedEntry(
        procedure.path,
        entry.fingerprint,
        _stored(entry, encoded),
        b"".join(encoded),
        defaultdict(list),
    )
    title = cut(procedure.title)
    _place(procedure.title, title, *TITLE, made.places)
    keywords = "\n".join(k.text for k in procedure.keywords)
    _place(keywords, cut(keywords), *KEYWORDS, made.places)
    said = spoken(keyword.text for keyword in procedure.keywords)
    made.keywords = [cut(keyword).written for keyword in said]
    made.keyword_keys = [key_of(keyword) for keyword in said]
    made.keys.append(key_of(procedure.title))
    made.written += title.written
    made.title = len(title.written)
    at = offset = 0
    for nth, section in enumerate(entry.sections):
        if at < MOST_WORDS:
            at = _add_section(procedure.title, section, nth, at, offset, made)
        offset += len(encoded[nth])
    if not made.passages:
        made.passages.append((0, 0, 0, 0, 0))
        made.spans.append(((0, len(title.words)),))
        made.keys.append(key_of(passage_text(procedure.title, "", "")))
    if entry.attached:
        made.files = msgpack.encode(_attach(entry.attached, made.places))
    return made


def spoken(keywords: Iterable[str]) -> list[str]:
    """The keywords that say something, and so have a meaning of their own."""
    said = (keyword for keyword in keywords if len(cut(keyword).written) >= LEAST_SAID)
    return list(said)[:MOST_KEYWORDS]


def passage_text(title: str, heading: str, text: str) -> str:
    """A passage as a sentence encoder reads it."""
    return "\n".join(filter(None, (title, heading if heading != title else "", text)))


def key_of(text: str) -> int:
    """What tells a text that is encoded from all others; 0 is none's."""
    hashed = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "little") or 1


def unpacked(files: bytes) -> tuple[AttachedText, ...]:
    """What `prepare` packed of the attachments."""
    return msgpack.decode(files, type=tuple[AttachedText, ...]) if files else ()


def _attach(attached: tuple[AttachedText, ...], places: Places) -> list[AttachedText]:
    """Add the words of attachments; returns as much of these as was added."""
    kept, nth, count = [], 0, 0
    for one in attached:
        some = []
        for place in one.places:
            if count >= MOST_ATTACHED:
                break
            count += _attach_place(place.text, ATTACHED + nth, places)
            some.append(place)
            nth += 1
        kept.append(AttachedText(one.path, tuple(some)))
    return kept


def _attach_place(text: str, place: int, places: Places) -> int:
    found = cut(text, starts=False)
    for word in found.words:
        places[word].append(place)
    for form, _ in found.joined.values():
        places[form].append(place)
    for _, form in _other_forms(text, found):
        places[form].append(place)
    return len(found.words)


def _stored(entry: Entry, texts: list[bytes]) -> str:
    """All that a hit shows besides its text, as JSON; of each section also where its text ends."""
    it = entry.procedure
    ends, end = [], 0
    for text in texts:
        end += len(text)
        ends.append(end)
    fields = {
        "id": it.id,
        "title": it.title,
        "path": it.path,
        "department": it.department,
        "owner": it.owner,
        "deputy": it.deputy,
        "keywords": [keyword.text for keyword in it.keywords],
        "categories": sorted({k.category for k in it.keywords if k.category}),
        "reviewed": it.reviewed and it.reviewed.isoformat(),
        "due": it.due and it.due.isoformat(),
        "status": it.status.value,
        "sections": [
            [s.anchor, s.heading, e, s.kind, s.steps]
            for s, e in zip(entry.sections, ends, strict=True)
        ],
    }
    return json.dumps(fields, ensure_ascii=True)  # ASCII: lone surrogates survive


def _place(text: str, found: Cut, first: int, most: int, places: Places) -> None:
    """Add the words' places from `first` on; beyond `most` they all stand in the last one."""
    last = min(first + most, sum(BODY))
    for place, word in enumerate(found.words[:most], first):
        places[word].append(place)
    for word in found.words[most:]:
        places[word].append(last)
    for position, (form, _) in found.joined.items():
        places[form].append(min(first + position, last))
    for position, form in _other_forms(text, found):
        places[form].append(min(first + position, last))


def _other_forms(text: str, found: Cut) -> Iterator[tuple[int, str]]:
    """The parts of names and the digits of numbers, each at the place of a word."""
    if HUMP.search(text):
        for position, written in enumerate(found.written):
            for part in name_parts(written):
                yield position, part
    for start, forms in numbers(text):
        position = len(cut(text[:start], starts=False).words)
        for form in forms - {found.words[min(position, len(found.words) - 1)]}:
            yield position, form


def _add_section(
    title: str, section: Section, nth: int, at: int, offset: int, made: PreparedEntry
) -> int:
    """Words and passages of heading and text; returns the position after them."""
    heading, text = cut(section.heading), cut(section.text, starts=False)
    _place(section.heading, heading, BODY[0] + at, BODY[1] - at, made.places)
    below = at + len(heading.words)
    _place(section.text, text, BODY[0] + below, max(BODY[1] - below, 0), made.places)
    base = len(made.written) - at  # how many words the title has
    made.written += heading.written + text.written
    above, count = len(heading.words), len(heading.words) + len(text.words)
    # A bare heading answers nothing: it is found with its procedure, not shown as a passage.
    edges = _edges(min(count, MOST_WORDS - at)) if text.words else []
    inner = [edge for edge in edges if edge < count]
    begins = dict(zip(inner, _begins(section.text, text, [e - above for e in inner]), strict=True))
    for low, high in _windows(edges):
        start = begins[low]
        end = begins[high] if high < count else len(section.text)
        first, last = at + low, at + high
        made.passages.append((first, last, nth, *_bytes_at(section.text, start, end, offset)))
        made.keys.append(key_of(passage_text(title, section.heading, section.text[start:end])))
        text_span = (base + max(first, below), base + max(last, below))
        made.spans.append(((0, base), (base + at, base + below), text_span))
    return at + count


def _bytes_at(text: str, start: int, end: int, offset: int) -> Span:
    """Where characters [start, end) stand in the texts' UTF-8."""
    if text.isascii():
        return offset + start, offset + end
    before = len(text[:start].encode("utf-8", "surrogatepass"))
    within = len(text[start:end].encode("utf-8", "surrogatepass"))
    return offset + before, offset + before + within


def _begins(text: str, found: Cut, numbers: list[int]) -> list[int]:
    """Where the words of these numbers (ascending) begin; 0 for those of the heading."""
    own = [number for number in numbers if number >= 0]
    return [0] * (len(numbers) - len(own)) + starts_at(text, found, own)


def _edges(count: int) -> list[int]:
    """Where blocks begin, and the end of the last."""
    edges = list(range(0, count, BLOCK))
    if len(edges) > 1 and count - edges[-1] < LEAST_BLOCK:
        edges.pop()
    return [*edges, count]


def _windows(edges: list[int]) -> list[Span]:
    """Two neighbouring blocks each, so that every sentence stands whole in one of them."""
    if not edges:
        return []
    return [(edges[nth], edges[nth + 2]) for nth in range(len(edges) - 2)] or [(0, edges[-1])]
