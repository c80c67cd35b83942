"""From elsewhere: a link with words, and the browser's address bar."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from flask.testing import FlaskClient
from msgspec.structs import replace

from kb.app import create_app
from kb.parts import Parts


def led_to(client: FlaskClient, address: str) -> tuple[str, dict[str, list[str]]]:
    answer = client.get(address)
    assert answer.status_code == 302
    there = urlsplit(answer.headers["Location"])
    return there.path, parse_qs(there.query)


def test_one_convincing_answer_is_opened_at_once(rep: FlaskClient) -> None:
    path, query = led_to(rep, "/open?q=shipment+is+late")
    assert path == "/procedures/SHP-014"
    assert query["rank"] == ["1"]
    assert query["q"] == ["shipment is late"]
    assert 'value="shipment is late"' in rep.get(f"{path}?q=shipment+is+late").text


def test_an_id_is_opened(rep: FlaskClient) -> None:
    assert led_to(rep, "/open?q=SHP-014")[0] == "/procedures/SHP-014"


def test_what_nothing_answers_leads_to_the_results(rep: FlaskClient) -> None:
    path, query = led_to(rep, "/open?q=unicycle+insurance&compact=1")
    assert path == "/search"
    assert query == {"q": ["unicycle insurance"], "compact": ["1"]}


def test_without_words_it_is_home(rep: FlaskClient) -> None:
    assert led_to(rep, "/open?q=+&compact=1") == ("/", {"compact": ["1"]})


def test_a_department_by_id_or_name_narrows_down_and_an_unknown_one_does_not(
    rep: FlaskClient,
) -> None:
    for named in ("billing", "BILLING"):
        path, query = led_to(rep, f"/open?q=shipment+is+late&department={named}")
        assert path == "/search"
        assert query["department"] == ["billing"]
    assert led_to(rep, "/open?q=shipment+is+late&department=nobody")[0] == "/procedures/SHP-014"


def test_a_draft_is_not_opened_for_a_rep(rep: FlaskClient, editor: FlaskClient) -> None:
    assert led_to(rep, "/open?q=SHP-015")[0] == "/search"
    assert led_to(editor, "/open?q=SHP-015")[0] == "/procedures/SHP-015"


def test_the_browser_is_told_how_to_search(rep: FlaskClient, anonymous: FlaskClient) -> None:
    assert 'href="/opensearch.xml"' in rep.get("/").text
    answer = anonymous.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    (url,) = ElementTree.fromstring(answer.text).iter("{http://a9.com/-/spec/opensearch/1.1/}Url")
    assert url.attrib["template"] == "http://localhost/search?q={searchTerms}"


def test_its_name_and_address_are_those_of_the_settings(parts: Parts) -> None:
    named = replace(parts.settings, name="Help & <Desk>", url="https://kb.example.com/")
    client = create_app(replace(parts, settings=named)).test_client()
    tree = ElementTree.fromstring(client.get("/opensearch.xml").text)
    assert next(each.text for each in tree) == "Help & <Desk>"
    assert tree[-1].attrib["template"].startswith("https://kb.example.com/search?")
