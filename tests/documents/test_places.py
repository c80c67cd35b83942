"""A link to a heading leads there, whichever program it was written for."""

import re

import pytest

from kb.documents.document import parse
from kb.documents.markdown.rendering import Renderer
from kb.documents.reading import procedure_from
from kb.procedures.model import Departments

BODY = (
    "# A\n\n## Fees & charges\n\nx\n\n## Über café\n\nx\n\n## Fees & charges\n\nx\n\n"
    '### 2. What’s next?\n\n<h2 id="own-name">Other words</h2>\n\n<a name="row"></a>x\n\n'
    "## Owner\n\nx\n"
)


def faults(body: str) -> list[tuple[int, str]]:
    filed = procedure_from(parse(body.encode(), "a.md"), Departments())
    return [(fault.line, fault.code) for fault in filed.faults]


@pytest.mark.parametrize(
    "name",
    [
        *("fees--charges", "fees-charges", "fees--charges-1", "fees-charges_1", "fees-charges-1"),
        *("über-café", "uber-cafe", "%C3%BCber-caf%C3%A9", "2-whats-next", "own-name", "row"),
        *("owner", "Owner", "", "top", ":~:text=words"),
    ],
)
def test_names_by_github_gitlab_and_mkdocs_lead_somewhere(name: str) -> None:
    assert faults(f"{BODY}\n[x](#{name})\n") == []


def test_those_names_are_places_of_the_page() -> None:
    parts = Renderer().render(BODY, "a.md", lambda path: None, "A").parts
    ids = {one for part in parts for one in re.findall(r'\s(?:id|name)="([^"]+)"', part.html)}
    ids |= {part.anchor for part in parts}
    assert {"fees-charges", "fees-charges_1", "fees-charges-1", "uber-cafe", "row"} <= ids


def test_a_link_to_a_place_that_is_not_there_is_a_fault_with_a_remedy() -> None:
    body = f"{BODY}\n[x](#fee-charges)\n"
    (fault,) = procedure_from(parse(body.encode(), "a.md"), Departments()).faults
    assert (fault.line, fault.code) == (body.count("\n"), "dead-anchor")
    assert fault.remedy == "did you mean #fees-charges?"
