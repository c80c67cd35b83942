import pytest

from kb.documents.markdown.links import (
    address_key,
    candidates,
    fragment,
    is_external,
    is_local,
    is_promise,
)

BASE = "shipping/late.md"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("lost.md", "shipping/lost.md"),
        ("../returns/label.md", "returns/label.md"),
        ("../returns/label.md#steps", "returns/label.md"),
        ("label.md?x=1", "shipping/label.md"),
        ("/returns/label.md", "returns/label.md"),
        ("./lost.MD", "shipping/lost.MD"),
        ("my%20file.md", "shipping/my file.md"),
        ("gr%C3%B6%C3%9Fe.md", "shipping/größe.md"),
        ("images/a.v2.png", "shipping/images/a.v2.png"),
        ("x/", "shipping/x/index.md"),
        ("x", "shipping/x.md"),
        ("..", "index.md"),
        ("/", "index.md"),
    ],
)
def test_a_relative_link_means_a_path_of_the_content_folder(target: str, path: str) -> None:
    assert candidates(target, BASE)[0] == path


def test_a_folder_is_its_index_its_readme_or_the_file_of_its_name() -> None:
    found = candidates("/returns/", BASE)
    files = ("returns/index.md", "returns/README.md", "returns/readme.md", "returns.md")
    assert found == (*files, address_key("/returns"))


def test_links_of_sites_whose_pages_end_in_a_slash_are_understood() -> None:
    assert "tools/slack/rules.md" in candidates("rules/", "tools/slack.md")
    assert "tools/slack/users.md" in candidates("../users/", "tools/slack/rules.md")


@pytest.mark.parametrize(
    ("target", "base", "path"),
    [
        ("../../pictures/scanner.png", "desk/returns.md", "pictures/scanner.png"),
        ("../label.svg", "desk/returns.md", "desk/label.svg"),
        ("../../forms/claim.docx#top", "desk/returns.markdown", "forms/claim.docx"),
        ("belt.jpg", "desk/returns.md", "desk/returns/belt.jpg"),
    ],
)
def test_files_of_such_sites_are_one_step_further(target: str, base: str, path: str) -> None:
    assert candidates(target, base)[-1] == path


def test_markdown_files_are_not() -> None:
    assert candidates("../claims.md", "desk/returns.md") == ("claims.md",)
    assert candidates("../../claims.md", "desk/returns.md") == ()


def test_the_base_may_be_a_folder() -> None:
    assert candidates("lost.md", "shipping") == ("shipping/lost.md",)
    assert candidates("lost.md", "") == ("lost.md",)


@pytest.mark.parametrize(
    "target",
    ["../../../etc/passwd", "../../..", "%2e%2e/%2e%2e/x.md", "..\\..\\x.md", "", "#here", "?q=1"],
)
def test_no_link_leads_out_of_the_content_folder(target: str) -> None:
    assert candidates(target, BASE) == ()


@pytest.mark.parametrize(
    "target",
    [
        "https://kb.example",
        "mailto:a@kb.example",
        "javascript:x",
        "//kb.example",
        "data:,x",
        "C:/x",
    ],
)
def test_other_addresses_are_not_local(target: str) -> None:
    assert not is_local(target)
    assert candidates(target, BASE) == ()


@pytest.mark.parametrize(
    ("target", "promised"),
    [
        ("lost.md", True),
        ("a.png", True),
        ("x/", True),
        ("/returns/label.md", True),
        ("/health-care/apply/", False),
        ("/img/a.png", False),
        ("{{ site.url }}/x", False),
        ("#here", False),
        ("https://kb.example/a.md", False),
    ],
)
def test_what_must_lead_to_a_file(target: str, promised: bool) -> None:
    assert is_promise(target) is promised


@pytest.mark.parametrize(
    ("target", "external"),
    [
        ("https://kb.example/a?b=c", True),
        ("HTTP://kb.example", True),
        ("mailto:a@kb.example", True),
        ("tel:+49", True),
        ("javascript:alert(1)", False),
        (" https://kb.example", False),
        ("https://a\nb", False),
        ("http:evil", False),
        ("data:text/html,x", False),
    ],
)
def test_what_is_external(target: str, external: bool) -> None:
    assert is_external(target) is external


def test_the_heading_of_a_link() -> None:
    assert [fragment(target) for target in ("a.md#b", "a.md#", "a.md")] == ["#b", "", ""]
