"""The pages for contributors say what is there: paths, names, commands, and the picture."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import architecture
from tests.conftest import signed_in

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / name for name in ("CONTRIBUTING.md", "docs/architecture.md", "docs/recipes.md")]
WALKS = ["query", "vote", "edit", "review"]


def by_name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_path_and_module_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    paths = re.findall(r"`((?:kb|tests|bench|templates|docs|content|\.ci)/[\w./-]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    modules = re.findall(r"`(?:kb\.)?([a-z]\w*(?:\.(?!yml`|py`)[a-z]\w*)+)`", text)
    packages = {path.stem for path in (ROOT / "kb").iterdir()}
    named = [Path("kb", *name.split(".")) for name in modules if name.split(".")[0] in packages]
    assert [name for name in named if not there(name)] == []


def there(module: Path) -> bool:
    return (ROOT / module).is_dir() or (ROOT / module).with_suffix(".py").exists()


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_what_is_named_after_a_module_stands_in_it(page: Path) -> None:
    """In "`kb/search/searcher.py` `Searcher`" the second is defined in the first."""
    steps = re.findall(
        r"`((?:kb|tests)/[\w/]+\.py)` `([A-Za-z_]\w*)(?:\([^`]*\))?`",
        page.read_text(encoding="utf-8"),
    )
    assert [(path, name) for path, name in steps if name not in set(defined(ROOT / path))] == []


def defined(module: Path) -> Iterator[str]:
    for one in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(one, ast.ClassDef | ast.FunctionDef):
            yield one.name
        elif isinstance(one, ast.Assign):
            yield from (name.id for name in one.targets if isinstance(name, ast.Name))
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield one.target.id


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make (\w+)", page.read_text(encoding="utf-8"), re.M):
        assert re.search(rf"^{target}:", makefile, re.M), f"make {target}"


def test_the_rows_of_make_bench_that_are_named_are_there() -> None:
    bench = (ROOT / "bench" / "__main__.py").read_text(encoding="utf-8")
    rows = re.findall(r'row "([^"]+)"', PAGES[0].read_text(encoding="utf-8"))
    assert rows
    assert [row for row in rows if row not in bench] == []


def test_the_code_that_is_shown_is_the_code() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    shown = re.findall(r"from `(kb/[\w/]+\.py)`:\n\n```python\n(.*?)```", text, re.S)
    assert shown
    for path, code in shown:
        assert code in (ROOT / path).read_text(encoding="utf-8"), path


@pytest.mark.parametrize("fixture", ["anonymous", "rep", "editor", "reviewer", "outsider"])
def test_every_persona_is_introduced(fixture: str) -> None:
    assert f"`{fixture}`" in PAGES[0].read_text(encoding="utf-8")
    assert f"def {fixture}(" in Path(signed_in.__code__.co_filename).read_text(encoding="utf-8")


def test_the_picture_is_of_this_code() -> None:
    """`.venv/bin/python -m bench.architecture` draws it anew."""
    assert architecture.PICTURE.read_text(encoding="utf-8") == architecture.drawing()


def test_the_picture_shows_every_package_once_in_at_most_twenty_boxes() -> None:
    boxes = architecture.placed()
    drawn = [name for box in boxes for name in box.names]
    kb = ROOT / "kb"
    packages = {path.parent.name for path in kb.glob("*/__init__.py")} - {"migrations"}
    modules = {path.stem for path in kb.glob("[a-z]*.py")}
    assert sorted(drawn) == sorted(packages | modules)
    assert len(boxes) <= 20


def test_the_picture_and_the_page_have_the_four_walks() -> None:
    assert list(architecture.walks()) == WALKS


DECISIONS = ROOT / "docs" / "decisions"
MARK = "> **Partly past.** "


def test_every_decision_stands_once_in_the_index() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert sorted(re.findall(r"\]\(([\w-]+\.md)\)", index)) == pages


def test_what_is_no_longer_so_is_marked_in_its_first_line_and_in_the_index() -> None:
    """The mark says what took its place: it links to it."""
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)(?=[^\[\n]*\*\*partly past\*\*)", index))
    marked = set()
    for page in DECISIONS.glob("*.md"):
        mark = page.read_text(encoding="utf-8").split("\n")[2]
        if mark.startswith(MARK):
            assert "](" in mark, page.name
            marked.add(page.name)
    assert marked == listed
