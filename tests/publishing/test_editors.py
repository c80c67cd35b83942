"""Eight editors at once, two of them with a plain editor and git: no acknowledged edit is lost."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kb.parts import Parts
from kb.publishing.edits import Author, Collision, NotSaved
from tests.conftest import NOW
from tests.effort import examples
from tests.publishing.conftest import edit, git
from tests.publishing.saved import forked, told

EDITORS = 8
SAVES = min(examples(64), 504) // EDITORS  # by each: 500 in all in `make faults`
PROCEDURES = 20
Tell = Callable[[str], None]


def path_of(number: int) -> str:
    return f"shipping/manual-{number:02}.md"


def changed(raw: bytes, chance: random.Random, word: str) -> bytes:
    """One line more somewhere below the front matter.

    A plain editor empties the file before it writes: whoever reads then sees little or nothing.
    """
    lines = raw.splitlines(keepends=True)
    at = chance.randrange(min(4, len(lines)), len(lines) + 1)
    return b"".join([*lines[:at], f"1. {word}\n".encode(), *lines[at:]])


def in_the_browser(number: int, parts: Parts, tell: Tell) -> None:
    """Read, think, save; where lines clash, take both."""
    chance = random.Random(number)
    for nth in range(SAVES):
        path, word = path_of(chance.randrange(PROCEDURES)), f"word-{number}-{nth}"
        base = parts.storage.library.read(path)
        text = changed(base, chance, word)
        time.sleep(chance.random() / 10)
        for _ in range(20):
            try:
                parts.publishing.saver.save(
                    edit(path, base, text, by=Author(f"E{number}", "e@kb.example")), NOW
                )
            except Collision as collision:
                both = [clash.theirs + clash.mine for clash in collision.clash.clashes]
                base, text = collision.clash.theirs, collision.clash.merged_with_choices(both)
            except NotSaved:
                time.sleep(chance.random())  # git was busy: nothing is saved, and that was said
            else:
                tell(word)
                break


def by_hand(number: int, parts: Parts, tell: Tell) -> None:
    """A plain editor and git, which knows nothing of kb."""
    chance = random.Random(number)
    content = parts.settings.content
    for nth in range(SAVES):
        path, word = path_of(chance.randrange(PROCEDURES)), f"word-{number}-{nth}"
        for _ in range(40):
            file = content / path
            new = changed(file.read_bytes(), chance, word)
            file.write_bytes(new)
            if committed(content, path, word):
                tell(word)
                break
            time.sleep(chance.random() / 5)


def committed(content: Path, path: str, word: str) -> bool:
    """Did git take it, with the word in it?"""
    name = ["-c", f"user.name=Hand {word}", "-c", "user.email=hand@kb.example"]
    done = subprocess.run(
        ["git", *name, "commit", "-qm", word, "--", path],
        cwd=content,
        capture_output=True,
        check=False,
    )
    shown = subprocess.run(
        ["git", "show", f"HEAD:{path}"], cwd=content, capture_output=True, check=False
    )
    return done.returncode == 0 and f"1. {word}\n".encode() in shown.stdout


def test_eight_editors_at_once_lose_nothing_that_was_acknowledged(parts: Parts, home: Path) -> None:
    content = home / "content"
    for number in range(PROCEDURES):
        text = f"---\ntitle: Manual {number}\n---\n\n" + "".join(f"Line {n}\n\n" for n in range(20))
        (content / path_of(number)).write_text(text)
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "First")):
        git(content, *words)
    parts.publishing.publisher.refresh(NOW.date())
    parts.let_go()
    works = [partial(by_hand if nth < 2 else in_the_browser, nth) for nth in range(EDITORS)]
    children = [forked(home, work) for work in works]
    lines = [told(pipe, until="nothing ends it") for _, pipe in children]
    for child, pipe in children:
        os.close(pipe)
        os.waitpid(child, 0)
    acknowledged = [line for some in lines for line in some]
    assert not [line for line in acknowledged if line.startswith("failed")], acknowledged
    parts.publishing.publisher.refresh(NOW.date())
    versions = git(content, "log", "-p", "--format=", "--all", "-m", "--first-parent")
    lost = [word for word in acknowledged if f"+1. {word}\n" not in versions]
    assert lost == []
    assert len(acknowledged) >= EDITORS * SAVES * 0.9
    assert "<<<<<<<" not in versions
    assert ">>>>>>>" not in versions
    assert git(content, "fsck", "--full", "--strict", "--no-dangling") == ""
    assert not list(content.rglob("*.saving"))
    for number in range(PROCEDURES):
        stamp = parts.catalogue.stamps()[path_of(number)]
        assert stamp.fingerprint == parts.search.index.fingerprints()[path_of(number)]
