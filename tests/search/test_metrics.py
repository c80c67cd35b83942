"""The figures of an evaluation, on ranks small enough to reckon by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli.evaluation.evaluate import evaluate
from kb.search.evaluation.metrics import Answered, Labelled, figures, worst
from tests.search.small_encoder import small_encoder

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


def test_questions_from_outside_are_counted_where_they_are_stood_behind(labelled: Path) -> None:
    outside = labelled / "outside.txt"
    outside.write_text("scan the late parcel again\n\nhow do I shear an alpaca\nalpaca wool\n")
    ran = CliRunner().invoke(evaluate, [str(labelled), "--outside", str(outside), "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.output)
    assert (found["n"], found["s1"]) == (2, 100.0)
    assert (found["doubted_right"], found["outside_behind"]) == (0.0, 33.33)
    said = CliRunner().invoke(evaluate, [str(labelled), "--outside", str(outside)]).output
    assert "stood behind: 33.33 %" in said


def test_a_folder_without_documents_is_told_in_one_sentence(tmp_path: Path) -> None:
    ran = CliRunner().invoke(evaluate, [str(tmp_path)])
    assert ran.exit_code == 2
    assert "cannot be evaluated" in ran.output


@pytest.fixture
def in_other_words(tmp_path: Path) -> Path:
    """Twelve queries a document, each with a word of its own that no document has."""
    topics = ["wismo", "chargeback", "shrinkage", "quagga"]
    documents = [
        {"id": f"d/{n}", "title": f"Procedure {n}", "text": "Open the order and look."}
        for n in range(len(topics))
    ]
    queries = [
        {"id": f"{n}-{nth}", "text": f"order {topic} look"}
        for n, topic in enumerate(topics)
        for nth in range(12)
    ]
    for name, lines in (("docs", documents), ("queries", queries)):
        written = "\n".join(json.dumps(line) for line in lines)
        (tmp_path / f"{name}.jsonl").write_text(written, encoding="utf-8")
    labels = (f"{query['id']}\td/{query['id'].partition('-')[0]}\t1" for query in queries)
    (tmp_path / "qrels.tsv").write_text("\n".join(labels))
    return tmp_path


def learn(folder: Path, *options: str) -> dict[str, dict[str, dict[str, float]]]:
    ran = CliRunner().invoke(evaluate, [str(folder), "--learn", "0.5", "--json", *options])
    assert ran.exit_code == 0, ran.output
    found: dict[str, dict[str, dict[str, float]]] = json.loads(ran.output)
    return found


def test_half_of_the_queries_teach_the_other_half(in_other_words: Path) -> None:
    found = learn(in_other_words)
    assert found["all"]["before"]["s1"] < 50
    assert found["all"]["after"]["s1"] == 100
    assert found["all"]["after"]["n"] == 5 * 24
    assert found["opened"] == found["all"]
    assert found["never_opened"]["after"]["n"] == 0


def test_some_wrong_clicks_do_little_and_only_wrong_ones_much(in_other_words: Path) -> None:
    assert learn(in_other_words, "--wrong", "0.1")["all"]["after"]["s1"] == 100
    assert learn(in_other_words, "--wrong", "1")["all"]["after"]["s1"] < 50


def test_fewer_than_three_people_teach_nothing(in_other_words: Path) -> None:
    # Each word is in several of the queries: two people for each would still be many.
    lines = (in_other_words / "queries.jsonl").read_text().splitlines()[::12]
    (in_other_words / "queries.jsonl").write_text("\n".join(lines))
    found = learn(in_other_words, "--people", "2")
    assert found["all"]["before"] == found["all"]["after"]


def test_the_same_seed_gives_the_same_figures(in_other_words: Path) -> None:
    options = ("--wrong", "0.4", "--people", "4")
    assert learn(in_other_words, *options) == learn(in_other_words, *options)
    assert learn(in_other_words, *options) != learn(in_other_words, *options, "--seed", "50")


def test_the_comparison_is_printed_as_a_table(in_other_words: Path) -> None:
    ran = CliRunner().invoke(evaluate, [str(in_other_words), "--learn", "0.5"])
    lines = ran.output.splitlines()
    assert lines[0].split() == ["queries", "s@1", "s@3", "s@5", "MRR@10", "nDCG@10"]
    assert lines[2].startswith("  with learned words")
    assert len(lines) == 7


def test_figures_with_the_encoder_stand_beside_those_without(
    labelled: Path, tmp_path: Path
) -> None:
    folder = small_encoder(tmp_path / "small")
    told = [str(labelled), "--meaning", "--encoder", str(folder)]
    ran = CliRunner().invoke(evaluate, told)
    assert ran.exit_code == 0, ran.output
    rows = [line.split() for line in ran.output.splitlines()]
    assert [row[0] for row in rows] == ["queries", "without", "with"]
    assert [row[1:3] for row in rows[1:]] == [["2", "100.0"]] * 2
    outside = tmp_path / "outside.txt"
    outside.write_text("how tall is a giraffe\n", encoding="utf-8")
    ran = CliRunner().invoke(evaluate, [*told, "--outside", str(outside), "--json"])
    both = json.loads(ran.output)
    assert both["with"].keys() == both["without"].keys() >= {"s1", "doubted_right"}


def test_an_encoder_that_cannot_be_used_is_said_before_anything_is_measured(
    labelled: Path, tmp_path: Path
) -> None:
    told = [str(labelled), "--meaning", "--encoder", str(tmp_path / "nowhere")]
    ran = CliRunner().invoke(evaluate, told)
    assert ran.exit_code == 2
    assert "there is no folder" in ran.output
