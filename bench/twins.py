"""`python -m bench.twins [FOLDER]`: which likeness tells an edited copy from another procedure.

Of each file of FOLDER (the sample company's without one), copies are made with more and more
edits. Printed is, for each bound, how many copies of each kind are found with their original, and
how many pairs of originals are.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from kb.app import build
from kb.search.similar.twins import Twins, twins
from kb.settings import load

CONTENT = Path(__file__).resolve().parent.parent / "content"
# Kind of copy: share of words replaced by others of the same folder, sentences left out, and
# whether it has the title of some other file.
EDITS = {
    "same": (0.0, 0.0, False),
    "light": (0.05, 0.05, False),
    "medium": (0.15, 0.15, False),
    "heavy": (0.3, 0.3, False),
    "retitled": (0.05, 0.05, True),
}
BOUNDS = (0.75, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.94)


def main() -> None:
    """Print the table."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else CONTENT
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as name:
        home = Path(name)
        shutil.copytree(source, home / "content", dirs_exist_ok=True)
        files = [p for p in sorted((home / "content").rglob("*.md")) if "_templates" not in p.parts]
        words = [
            w for p in files for w in re.findall(r"[a-z]{3,}", p.read_text("utf-8", "replace"))
        ]
        titles = [title_of(p.read_text("utf-8", "replace")) for p in files]
        for kind, (replaced, left_out, retitled) in EDITS.items():
            rng = random.Random(kind)
            for path in files:
                before = path.read_text("utf-8", "replace")
                title = rng.choice(titles) if retitled else f"{title_of(before)} (other way)"
                text = copied(before, title, replaced, left_out, words, rng)
                place = path.relative_to(home / "content").with_suffix("")
                copy = home / "content" / "copies" / f"{'+'.join(place.parts)}+{kind}.md"
                copy.parent.mkdir(exist_ok=True)
                copy.write_text(text, "utf-8")
        parts = build(load({}, home))
        parts.publishing.publisher.refresh(date.today())
        began = time.process_time()
        found = twins(parts.search.searcher.snapshots(), 0.75)
        took = time.process_time() - began
        paths = {id: parts.catalogue.get(id) for pair in found for id in pair_ids(pair)}
        _print(found, {id: c.procedure.path for id, c in paths.items() if c}, len(files), took)
        parts.insight.log.close()


def title_of(text: str) -> str:
    """What its front matter says, or nothing much."""
    found = re.search(r"^title:\s*(.*)$", text, re.M)
    return found[1].strip("\"'") if found else "Something"


def copied(
    text: str, title: str, replaced: float, left_out: float, words: list[str], rng: random.Random
) -> str:
    """The file under another title and id, with some words replaced and sentences left out."""
    _, _, body = text.partition("\n---\n") if text.startswith("---") else ("", "", text)
    sentences = [
        s for s in re.split(r"(?<=[.!?:])\s", body) if rng.random() >= left_out or "#" in s
    ]
    body = re.sub(
        r"\b[a-z]{3,}\b",
        lambda word: rng.choice(words) if rng.random() < replaced else word.group(),
        "\n".join(sentences),
    )
    return f'---\ntitle: "{title}"\n---\n{body}'


def pair_ids(pair: Twins) -> tuple[str, str]:
    """Both ids of a pair."""
    return pair.one_id, pair.other_id


def _print(found: list[Twins], paths: dict[str, str], files: int, took: float) -> None:
    print(f"{files} files, {len(EDITS)} copies of each; {took:.1f} s of processor")
    print("| bound | " + " | ".join(EDITS) + " | pairs of originals |")
    for bound in BOUNDS:
        counts = dict.fromkeys((*EDITS, "originals"), 0)
        for pair in found:
            if pair.likeness >= bound:
                kind = _kind(paths[pair.one_id], paths[pair.other_id])
                if kind:
                    counts[kind] += 1
        print(f"| {bound} | " + " | ".join(f"{n}" for n in counts.values()) + " |")
    originals = [p for p in found if _kind(paths[p.one_id], paths[p.other_id]) == "originals"]
    for pair in originals[:12]:
        print(f"  {pair.likeness} {paths[pair.one_id]} {paths[pair.other_id]}")


def _kind(one: str, other: str) -> str:
    """Which copy it is of which the other is the original; "originals" for two of these."""
    original, copy = sorted((one, other), key=lambda path: path.startswith("copies/"))
    if not copy.startswith("copies/"):
        return "originals"
    if original.startswith("copies/"):
        return ""
    name, _, kind = copy.removeprefix("copies/").removesuffix(".md").rpartition("+")
    return kind if name == original.removesuffix(".md").replace("/", "+") else ""


if __name__ == "__main__":
    main()
