"""A fact stands in one place: what is added to the product is added in three places at most.

The places are counted in a copy of kb/ in which a stranger's few lines are all that changes.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb.feedback.model import Outcome, State
from kb.notices.kinds import Kind

ROOT = Path(__file__).resolve().parent.parent
Places = dict[str, tuple[str, str]]  # module → the line behind which a line is added, and that line

FIELD: Places = {
    "kb/documents/front_matter.py": (
        "    for field in (\n",
        '        Field("spare_field", "by which way reps are asked", "Channel"),\n',
    ),
    "kb/procedures/model.py": (
        "    successor: str | None = None\n",
        "    spare_field: str | None = None\n",
    ),
    "kb/database/tables/catalogue.py": (
        '    Column("status", String(16), nullable=False),\n',
        '    Column("spare_field", Text),\n',
    ),
}
READ_AND_KEPT = """
from sqlalchemy import create_engine, insert, select
from kb.catalogue.listings import procedure_of
from kb.catalogue.sql.recording import _row
from kb.database import procedures
from kb.documents.document import parse
from kb.documents.reading import procedure_from
from kb.documents.source.manuscript import opened
from kb.procedures.model import Departments
from kb.storage.files.library import FileStamp
from kb.web.publishing.forms import EditForm

raw = b"---\\nid: A-1\\nspare_field: phone\\n---\\n\\nText\\n"
filed = procedure_from(parse(raw, "a.md"), Departments())
assert filed.procedure.spare_field == "phone"
engine = create_engine("sqlite://")
procedures.create(engine)
with engine.begin() as connection:
    row = _row(FileStamp("a.md", 1, 1), filed, None, {})
    connection.execute(insert(procedures).values(**row, id="A-1"))
    assert procedure_of(connection.execute(select(procedures)).one()).spare_field == "phone"
form = opened(raw, "a.md", Departments())
assert form.fields["spare_field"] == "phone"
assert form.written({**form.fields, "spare_field": "chat"}) == raw.replace(b"phone", b"chat")
assert "spare_field" in EditForm.edited
"""

FILTER: Places = {
    "kb/search/filters.py": (
        "FILTERS: Mapping[str, SearchFilter] = {\n",
        '    "id": SearchFilter(typed=lambda one, part, _: np.array([part in folded(id) for id in '
        'one.names["id"]], bool), example="id:shp", means="only such ids"),\n',
    ),
}
FOUND = """
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from kb.procedures.visibility import Reader
from tests.search.shelf import SHELF, ids, searcher

with TemporaryDirectory() as folder:
    found = searcher(Path(folder), *SHELF)
    both = ids(found.search("refund parcel", Reader(), date(2026, 11, 22)))
    shipping = ids(found.search("refund parcel id:shp", Reader(), date(2026, 11, 22)))
assert {one[:3] for one in both} == {"SHP", "BIL"}
assert {one[:3] for one in shipping} == {"SHP"}
"""

KIND: Places = {
    "kb/notices/kinds.py": (
        'class Kind(StrEnum):\n    """What a notice is about; people choose by these, in this '
        'order. KINDS says the rest."""\n\n',
        '    GREETING = "greeting"\n',
    ),
}
KIND_TOLD: Places = {
    "kb/notices/kinds.py": (
        "KINDS: Mapping[str, Manner] = {\n",
        '    Kind.GREETING: Manner("A greeting", "Greetings", Pace.AT_ONCE),\n',
    ),
}
TOLD = """
from datetime import UTC, datetime
from kb.delivery.letters import LetterItem, Site, chat_words
from kb.notices.kinds import Choice, Kind, Pace
from kb.notices.sql.received import Told

now = datetime(2026, 11, 22, tzinfo=UTC)
told = Told(1, 1, "greeting", "Good morning", "", "", None, now)
assert Choice().pace(Kind.GREETING) is Pace.AT_ONCE
_, text = chat_words(Site("Procedures"), [LetterItem(told), LetterItem(told)], digest=True)
assert "Greetings\\n---------" in text
"""


@pytest.mark.parametrize(
    ("added", "holds"),
    [([FIELD], READ_AND_KEPT), ([FILTER], FOUND), ([KIND, KIND_TOLD], TOLD)],
    ids=["a field of front matter", "a filter", "a kind of notice"],
)
def test_adding_it_takes_these_lines_only(added: list[Places], holds: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "kb", tmp_path / "kb", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests", "templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    for module, (behind, line) in (place for places in added for place in places.items()):
        source = (tmp_path / module).read_text(encoding="utf-8")
        assert source.count(behind) == 1, f"{module} has changed: mend this recipe"
        (tmp_path / module).write_text(source.replace(behind, behind + line), encoding="utf-8")
    assert len({module for places in added for module in places}) <= 3
    run = subprocess.run(
        [sys.executable, "-c", holds],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


# Where a word may stand as text. "duplicate" also names a table in a statement; the life of an
# item has events of the same names as states; submissions have two states of those names.
_MODEL, _LIFE, _CHOICE = (
    "kb/feedback/model.py",
    "kb/feedback/life_cycle.py",
    "kb/web/feedback/inbox_filter.py",
)
_SUBMISSIONS = ("kb/approval/submission.py", "kb/database/tables/approval.py")
_FIELD = ("kb/documents/front_matter.py", "kb/database/tables/catalogue.py")
PLACES: dict[str, set[str]] = {
    **{outcome.value: {_MODEL} for outcome in Outcome},
    Outcome.DUPLICATE.value: {_MODEL, "kb/feedback/sql/rows.py"},
    State.IN_WORK.value: {_MODEL},
    State.ANSWERED.value: {_MODEL, _LIFE, _CHOICE},
    State.MERGED.value: {_MODEL, _LIFE},
    State.WAITING.value: {_MODEL, _CHOICE, *_SUBMISSIONS},
    State.WITHDRAWN.value: {_MODEL, _LIFE, *_SUBMISSIONS},
    **{
        kind.value: {"kb/notices/kinds.py"}
        for kind in (Kind.QUESTION, Kind.REVIEW_DUE, Kind.APPROVAL, Kind.MUST_READ)
    },
    "related": {*_FIELD},
    "chat": {"kb/delivery/by_chat.py"},
}


@pytest.fixture(scope="module")
def texts() -> dict[str, set[str]]:
    """Text → the modules in which it stands between quotes; migrations tell of what was."""
    found: dict[str, set[str]] = {}
    for module in (ROOT / "kb").rglob("*.py"):
        if "migrations" not in module.parts:
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.setdefault(node.value, set()).add(module.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize("word", sorted(PLACES))
def test_a_word_stands_where_it_is_defined_and_nowhere_else(
    word: str, texts: dict[str, set[str]]
) -> None:
    assert texts[word] <= PLACES[word]
