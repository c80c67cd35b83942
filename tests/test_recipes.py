"""The recipes name every place: an example is spelt in the files of its table, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "recipes.md"
# The example of each recipe, as whoever searches for it would write it.
EXAMPLES = {
    "An outcome": r"(?i)\bdeclined\b",
    "A field of front matter": r"""(?x) ^\ {12}"related",$ | \("related",\ JSON
        | ^\ {4}related:\ tuple\[str,\ ...\]\ = | ^\|\ `related`""",
    "A filter": r'owner:dana\.reyes|"owner": SearchFilter|"owner": owners|"owner": it\.owner',
    "A kind of notice": r"\bMUST_READ\b|\| A change that I must read \|",
    "A channel": r"\bByChat\b|^## Chat$",
    "A right": r"\bOVERSEE\b",
    "A setting": r"(?i)\b(KB_)?digest_hour\b",
    "A page": r"""(?x) Blueprint\("deliveries" | ^from\ kb\.web\.delivery\ import\ deliveries
        | \bdeliveries\.listing\b | \bdeliveries\.try_again\b | GET\ /deliveries""",
    "A colour": r'^ *--accent:|rx="7" fill=',
    "A command": r"\bstatus\.status\b|@click\.command\(\)\n.*\n.*\n.*\ndef status\b|`kb status`\n",
    "A migration": r"\bdigests\b",
    "A background job": r'"sharing"|^class Sharing\b',
}
ABOUT_ALL = {"recipes.md", "architecture.md", "performance.md"}
SCANNED = [
    path
    for pattern in (
        "kb/**/*.py",
        "kb/static/*.css",
        "kb/static/*.svg",
        "templates/**/*.html",
        "docs/*.md",
    )
    for path in sorted(ROOT.glob(pattern))
    if path.name not in ABOUT_ALL
]


def recipes() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def touched(recipe: str) -> set[str]:
    """The files of its table."""
    return set(re.findall(r"^\| `([^`]+)` \|", recipe, re.M))


def spelt(pattern: str, path: Path) -> bool:
    return re.search(pattern, path.read_text(encoding="utf-8"), re.M) is not None


def test_every_recipe_has_its_example() -> None:
    assert list(recipes()) == list(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_spelt_where_the_recipe_says_and_nowhere_else(name: str) -> None:
    found = {str(path.relative_to(ROOT)) for path in SCANNED if spelt(EXAMPLES[name], path)}
    tests = {path for path in touched(recipes()[name]) if path.startswith("tests/")}
    assert found == touched(recipes()[name]) - tests


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_test_that_a_recipe_names_is_about_it(name: str) -> None:
    for path in touched(recipes()[name]):
        if path.startswith("tests/"):
            about = EXAMPLES[name] + ("|status" if name == "A command" else "")
            assert spelt(about, ROOT / path), path


def test_every_recipe_says_what_to_copy_and_how_to_see_it() -> None:
    for name, recipe in recipes().items():
        assert "Copy " in recipe, name
        assert "**See it:**" in recipe, name
        for path in re.findall(r"pytest ([^`]+)`", recipe):
            assert all((ROOT / one).exists() for one in path.split()), name
