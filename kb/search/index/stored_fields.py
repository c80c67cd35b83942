"""What a hit shows, as it is stored, and the numbers that facets and filters are counted by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import numpy as np

from kb.search.index.array_file import Array
from kb.search.words.analysis import title_key


def facets(documents: dict[str, Array]) -> dict[str, Array]:
    """Department, status, owners, keywords and days of review as numbers, with their names."""
    names: dict[str, dict[str, int]] = {}
    single: dict[str, list[int]] = {"department": [], "status": []}
    many: dict[str, tuple[list[int], list[int]]] = {"category": ([], []), "keyword": ([], [])}
    owners: list[str] = []
    ids: list[str] = []
    titles: list[int] = []
    days: dict[str, list[int]] = {"reviewed": [], "due": []}  # 0 is no day
    for line in _lines(documents["stored"], documents["stored.ends"]):
        it = json.loads(line)
        for name, codes in single.items():
            codes.append(names.setdefault(name, {}).setdefault(it[name], len(names[name])))
        for name, values in (("category", it["categories"]), ("keyword", it["keywords"])):
            for value in values:
                known = names.setdefault(name, {})
                many[name][0].append(known.setdefault(value, len(known)))
            many[name][1].append(len(many[name][0]))
        owners.append(" ".join(filter(None, (it["owner"], it["deputy"]))).casefold())
        ids.append(it["id"])
        titles.append(title_key(it["title"]))
        for name, numbers in days.items():
            numbers.append(date.fromisoformat(it[name]).toordinal() if it[name] else 0)
    arrays: dict[str, Array] = {name: np.array(codes, np.int32) for name, codes in single.items()}
    arrays |= {name: np.array(numbers, np.int32) for name, numbers in days.items()}
    for name, (codes, ends) in many.items():
        arrays[name] = np.array(codes, np.int32)
        arrays[f"{name}.ends"] = np.array(ends, np.int64)
    arrays["titles"] = np.array(titles, np.uint64)
    listed = {name: list(known) for name, known in names.items()}
    table = json.dumps({**listed, "owner": owners, "id": ids}).encode()
    return {**arrays, "names": np.frombuffer(table, np.uint8)}


def _lines(flat: Array, ends: Array) -> Iterator[bytes]:
    start = 0
    for end in ends.tolist():
        yield flat[start:end].tobytes()
        start = end
