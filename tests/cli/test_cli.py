"""`kb index`, `check` and `search` as a person types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.app import build
from kb.cli import kb
from kb.parts import Parts
from kb.settings import load
from tests import databases
from tests.attachments import made


@pytest.fixture
def run(parts: Parts):
    def typed(*words: str) -> Result:
        return CliRunner().invoke(kb, list(words), obj=lambda: parts)

    return typed


def test_search_prints_what_it_finds(run) -> None:
    said = run("search", "late", "shipment")
    assert said.exit_code == 0
    assert "SHP-014  Complaint: Late Shipment" in said.output


def test_search_as_json_is_the_answer_of_the_api(run) -> None:
    answer = json.loads(run("search", "late shipment", "--json").output)
    assert list(answer) == ["query", "total", "took_ms", "did_you_mean", "hits"]
    assert answer["hits"][0]["id"] == "SHP-014"
    assert answer["hits"][0]["url"].startswith("/procedures/SHP-014")


def test_h_alone_asks_for_help_and_within_words_for_nothing(run) -> None:
    assert "--department" in run("search", "-h").output
    assert "SHP-014" in run("search", "late", "-h", "shipment").output


def test_a_word_behind_a_minus_is_left_out(run) -> None:
    assert "SHP-014" in run("search", "late", "shipment").output
    assert "SHP-014" not in run("search", "late", "shipment", "-parcel").output


def test_search_finds_no_draft(run) -> None:
    assert "SHP-015" not in run("search", "zebra customs").output


def test_search_explains_the_parts_of_a_score(run) -> None:
    said = run("search", "--explain", "late", "shipment")
    assert "SHP-014" in said.output
    assert "title +" in said.output


def test_an_unknown_department_is_refused_with_those_that_there_are(run) -> None:
    said = run("search", "late", "--department", "shiping")
    assert said.exit_code == 2
    assert "shipping, billing" in said.output


def test_a_search_without_an_index_says_what_to_do(run, home: Path) -> None:
    shutil.rmtree(home / "search_index")
    assert "run kb index" in run("search", "late").output


def test_index_says_what_it_did(run, home: Path) -> None:
    run("index")  # the fixture's files are copies
    assert "3 procedures: 0 read, 0 removed, 0 indexed" in run("index").output
    assert "3 procedures: 3 read, 0 removed, 3 indexed" in run("index", "--rebuild").output


def test_index_names_the_files_that_nobody_reads(run, home: Path) -> None:
    assert "Not read" not in run("index").output
    home.joinpath("content", "shipping", "rates.ods").write_bytes(b"x")
    home.joinpath("content", "shipping", "older.CSV").write_bytes(b"x")
    said = run("index").output
    assert "Not read: shipping/rates.ods: 1 OpenDocument file is not searched" in said
    assert "Not read: shipping/older.CSV: 1 table file is not searched" in said
    assert '"kb import"' in said


def test_check_passes_with_warnings_only(run) -> None:
    said = run("check")
    assert said.exit_code == 0, said.output
    assert "0 errors, 1 warnings" in said.output


def test_check_fails_on_an_error_and_names_file_line_and_remedy(run, home: Path) -> None:
    broken = home / "content" / "shipping" / "broken.md"
    broken.write_text("---\ntitle: Fine\ndepartment: shiping\n---\n\nText.\n")
    said = run("check")
    assert said.exit_code == 1
    assert 'shipping/broken.md:3: department "shiping" is not in departments.yml' in said.output
    assert 'did you mean "shipping"?' in said.output
    found = json.loads(run("check", "--json").output)
    assert ("shipping/broken.md", 3, "error") in {
        (fault["path"], fault["line"], fault["severity"]) for fault in found
    }


def test_attachments_are_read_by_index_and_told_by_status(run, parts: Parts) -> None:
    folder = parts.settings.content / "shipping"
    (folder / "harbour.md").write_text("# Harbour\n\n[Guide](guide.pdf), [old](old.docx).\n")
    (folder / "guide.pdf").write_bytes(made.pdf("Harbour", "A stowaway is handed over"))
    (folder / "old.docx").write_bytes(b"PK\3\4 cut")
    assert "2 attachments read" in run("index").output
    found = run("search", "stowaway").output
    assert "in the attachment shipping/guide.pdf, page 2:" in found
    told = run("status").output
    assert "1 file read; 1 not, or not wholly" in told
    assert "shipping/old.docx: it is damaged or was not copied whole; open it" in told
    as_json = json.loads(run("status", "--json").output)
    assert list(as_json["not searched"]) == ["shipping/old.docx"]
    assert 'the attachment "old.docx" is not searched' in run("check").output
    assert "attachments read" not in run("index").output


@databases.only_sqlite
def test_a_database_that_is_away_is_one_sentence(run, parts: Parts) -> None:
    parts.let_go()
    (parts.settings.var / "kb.sqlite3").rename(parts.settings.var / "aside")
    for command in ("check", "index", "status"):
        said = run(command)
        assert said.exit_code == 1
        assert said.output.count("\n") == 1
        assert "The database cannot be read: its file is not there" in said.output


def test_a_start_without_its_database_is_one_sentence(home: Path) -> None:
    def built() -> Parts:
        nowhere = f"sqlite:///{home / 'not' / 'there' / 'kb.sqlite3'}"
        return build(load({"KB_DATABASE_URL": nowhere}, home))

    said = CliRunner().invoke(kb, ["serve"], obj=built)
    assert said.exit_code == 1
    assert "The database cannot be read: its file is not there" in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize("word", ["-hub", "-cash", "-shipment"])
def test_a_word_to_leave_out_may_have_an_h_in_it(run, word: str) -> None:
    assert "Usage" not in run("search", "late", word).output
