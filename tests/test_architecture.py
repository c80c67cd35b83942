"""The shape of the code, where import-linter cannot see it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kb.parts import Parts

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "kb").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_imports_run_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    checked = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_in_its_first_line_what_it_is_for(module: Path) -> None:
    if "versions" in module.parts:
        return
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_trusts_nothing_and_runs_nothing(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    for forbidden in ("|safe", "| safe", "autoescape false", " style=", " onclick=", "<style"):
        assert forbidden not in source, forbidden
    for script in source.split("<script")[1:]:
        assert "src=" in script.partition(">")[0], "inline script"


def test_nothing_is_fetched_from_another_host() -> None:
    for source in [*TEMPLATES, *(ROOT / "kb" / "static").rglob("*.*")]:
        if source.suffix not in {".html", ".css", ".js"}:
            continue
        written = source.read_text(encoding="utf-8")
        assert "//cdn" not in written, source
        assert 'src="http' not in written, source
        assert "url(http" not in written, source
        assert "@import" not in written, source


# What stands beside the capabilities' tests: a real browser, load, golden queries.
BESIDE = {"browser", "load", "golden"}
TESTED = sorted(ROOT.glob("tests/**/test_*.py"))
IN_A_WHEEL = {"kb/templates": "templates", "kb/sample": "content"}  # and where it is here
WRITTEN = [
    path
    for place in ("kb", "tests", "bench", "templates", "docs", "Makefile", "README.md")
    for path in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*.*"))
    if path.suffix in {".py", ".md", ".html", ".css", ".js", ""}
]


FOLDERS = sorted(
    {m.parent for m in MODULES} - {ROOT / "kb", ROOT / "kb" / "migrations" / "versions"}
)
MOST = 22  # rooms that an eye follows


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_folder_is_seen_at_a_glance(folder: Path) -> None:
    rooms = {module.relative_to(folder).parts[0] for module in folder.rglob("[a-z]*.py")}
    assert len(rooms) <= MOST, f"{len(rooms)} rooms: {folder.relative_to(ROOT)} wants rooms within"


def test_one_word_names_a_capability_wherever_it_stands() -> None:
    """In templates, in static files and among the tables; kb.css and kb.js are every page's."""
    rooms = {path.parent.name for path in (ROOT / "kb" / "web").glob("*/__init__.py")}
    packages = {path.parent.name for path in (ROOT / "kb").glob("*/__init__.py")}
    pages = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assets = {path.stem.partition("-")[0] for path in (ROOT / "kb" / "static").iterdir()}
    tables = {path.stem for path in (ROOT / "kb" / "database" / "tables").glob("[a-z]*.py")}
    assert pages - {"_parts"} <= rooms
    assert assets - {"kb", "icon"} <= rooms
    assert tables <= packages
    assert rooms - {"site", "api"} <= packages


def test_each_folder_of_tests_mirrors_a_package() -> None:
    """One folder a capability, in web one a room; rooms within a capability are not repeated."""
    for within in {test.parent.relative_to(ROOT / "tests") for test in TESTED}:
        if within.parts[:1] and within.parts[0] not in BESIDE:
            assert (ROOT / "kb" / within / "__init__.py").exists(), within


@pytest.mark.parametrize("test", TESTED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_that_bears_a_modules_name_stands_in_its_capability(test: Path) -> None:
    """kb/feedback/sql/inbox.py is tested by tests/feedback/test_inbox.py."""
    within = test.parent.relative_to(ROOT / "tests")
    if within.parts[:1] and within.parts[0] in BESIDE:
        return
    web = within.parts[:1] == ("web",)
    named = [m for m in MODULES if m.name == test.name.removeprefix("test_")]
    named = [m for m in named if (m.relative_to(ROOT / "kb").parts[0] == "web") == web]
    home = ROOT / "kb" / within
    assert not named or any(home in module.parents for module in named), named


def test_no_path_is_named_that_is_not_there() -> None:
    gone = [
        f"{source.relative_to(ROOT)}: {named}"
        for source in WRITTEN
        for named in _named(source.read_text(encoding="utf-8"))
        if not (ROOT / named).exists()
    ]
    assert gone == []


def _named(text: str) -> Iterator[str]:
    """Paths of this repository, and modules by their dotted names as paths."""
    for path in re.findall(r"(?<![\w./-])(?:kb|tests|bench|templates)/[\w/.-]*\w", text):
        for packed, here in IN_A_WHEEL.items():
            path = re.sub(rf"^{packed}\b", here, path)
        yield path
    for name in re.findall(r"(?<![\w./@-])kb(?:\.[a-z]\w*){2,}(?![\w@-])", text):
        package, module = Path("kb", name.split(".")[1]), name.split(".")[2]
        face = ROOT / package / "__init__.py"
        handed_on = face.exists() and re.search(rf"\b{module}\b", face.read_text("utf-8"))
        if not handed_on and not (ROOT / package / module).is_dir():
            yield f"{package / module}.py"


def test_a_blueprint_bears_its_modules_name() -> None:
    for module in MODULES:
        for name in re.findall(r"Blueprint\(\s*\"(\w+)\"", module.read_text(encoding="utf-8")):
            assert name == module.stem


def test_there_is_one_way_to_a_part() -> None:
    """A capability is a field of Parts; what stands in it is built by its package, not by pages."""
    assert len(msgspec.structs.fields(Parts)) <= 22
    asking = [
        module.relative_to(ROOT)
        for module in (ROOT / "kb" / "web").rglob("*.py")
        if re.search(r"\bparts\(\)\.engine\b", module.read_text(encoding="utf-8"))
    ]
    assert asking == []


# Public class names that still stand twice among packages that import each other. It may only
# shrink: a new class takes a name of its own, and who renames one strikes it out here.
DOUBLES = frozenset(
    """
    AlreadyThere ChangedMeanwhile Kind NotThere
    """.split()
)


def test_a_class_name_stands_once_among_packages_that_import_each_other() -> None:
    homes: dict[str, set[str]] = {}
    imported: dict[str, set[str]] = {}
    twice: set[str] = set()
    for module in MODULES:
        package = module.relative_to(ROOT / "kb").with_suffix("").parts[0]
        tree = ast.parse(module.read_text(encoding="utf-8"))
        imported.setdefault(package, set()).update(_packages_imported(tree))
        for one in tree.body:
            if isinstance(one, ast.ClassDef) and not one.name.startswith("_"):
                if package in homes.setdefault(one.name, set()):
                    twice.add(one.name)
                homes[one.name].add(package)
    for name, packages in homes.items():
        if any(imported[one] & (packages - {one}) for one in packages):
            twice.add(name)
    assert twice - DOUBLES == set(), "give the new one a name of its own"
    assert DOUBLES - twice == set(), "well done: strike it out of DOUBLES"


def _packages_imported(tree: ast.Module) -> Iterator[str]:
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("kb."):
            yield (one.module or "").split(".")[1]
        elif isinstance(one, ast.ImportFrom) and one.module == "kb":
            yield from (name.name for name in one.names)


def test_pages_and_commands_catch_no_edit_that_failed() -> None:
    """What became of an edit is a result: kb.publishing.outcomes turns every no into one."""
    ways = {"NotSaved", "UnusableEdit", "Collision", "NotAllowed", "Forbidden", "SubmissionError"}
    for module in [*(ROOT / "kb" / "web").rglob("*.py"), *(ROOT / "kb" / "cli").rglob("*.py")]:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            caught = node.type if isinstance(node, ast.ExceptHandler) else None
            names = (
                {one.id for one in ast.walk(caught) if isinstance(one, ast.Name)}
                if caught
                else set()
            )
            assert not names & ways, f"{module.relative_to(ROOT)}:{node.lineno}"
