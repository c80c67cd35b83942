"""The figures of an evaluation, on ranks small enough to reckon by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli.evaluate import evaluate
from kb.search.evaluation import Answered, Labelled, figures, worst

RIGHT = Labelled("1", "late", {"A": 1})


def test_success_mrr_and_ndcg() -> None:
    first = Answered(RIGHT, ("A", "B"))
    second = Answered(RIGHT, ("B", "A"))
    never = Answered(RIGHT, ("B", "C"))
    found = figures([first, second, never, never])
    assert (found.n, found.s1, found.s3, found.s5) == (4, 25.0, 50.0, 50.0)
    assert found.mrr10 == pytest.approx(37.5)
    assert found.ndcg10 == pytest.approx(100 * (1 + 0.6309) / 4, abs=0.01)
    assert worst([first, never, second], 2) == [never, second]


def test_no_queries_are_no_error() -> None:
    assert figures([]).s1 == 0


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    documents = [
        {"id": "late/one", "title": "Late parcel", "text": "# Late parcel\n\nOpen the scan."},
        {"id": "refund", "title": "Refund: card?", "text": "## Steps\n\nPay it back."},
    ]
    queries = [{"id": "q1", "text": "parcel is late"}, {"id": "q2", "text": "refund"}]
    for name, lines in (("docs", documents), ("queries", queries)):
        written = "\n".join(json.dumps(line) for line in lines)
        (tmp_path / f"{name}.jsonl").write_text(written, encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("q1\tlate/one\t2\nq2\trefund\t1\nq2\tlate/one\t0\n")
    return tmp_path


def test_the_command_prints_exactly_the_figures(labelled: Path) -> None:
    ran = CliRunner().invoke(evaluate, [str(labelled), "--json"])
    assert ran.exit_code == 0, ran.output
    perfect = {"s1": 100.0, "s3": 100.0, "s5": 100.0, "mrr10": 100.0, "ndcg10": 100.0}
    assert json.loads(ran.output) == {"n": 2, **perfect}


def test_other_queries_may_be_asked_and_misses_are_shown(labelled: Path) -> None:
    other = labelled / "other.jsonl"
    other.write_text('{"id": "q1", "text": "pay it back"}\n{"id": "q9", "text": "unlabelled"}\n')
    ran = CliRunner().invoke(evaluate, [str(labelled), "--queries", str(other)])
    assert ran.exit_code == 0, ran.output
    assert "late/one" in ran.output
    assert "Worst misses" in ran.output


def test_a_folder_without_documents_is_told_in_one_sentence(tmp_path: Path) -> None:
    ran = CliRunner().invoke(evaluate, [str(tmp_path)])
    assert ran.exit_code == 2
    assert "cannot be evaluated" in ran.output
