"""What every page must be, whoever made it: call `page` for each GET of a test."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from jinja2 import Undefined
from jinja2.utils import missing


class Noticed(Undefined):
    """What a template asks of a value that does not have it: quietly nothing on the site, and said

    here. A name that the page was not given may be asked for, as parts of pages do.
    """

    def __bool__(self) -> bool:
        if self._undefined_obj is not missing and not isinstance(self._undefined_obj, Mapping):
            self._fail_with_undefined_error()
        return False


VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
UNLABELLED = frozenset({"hidden", "submit", "button", "reset", "image"})
REFERRING = {"aria-labelledby", "aria-describedby", "aria-controls", "for", "list", "form"}
LEADING = {"href", "src", "action", "formaction"}
OWN_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+\Z")
MAY_SUBMIT_BY_GET = frozenset({"get"})


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    """GET the address as that person, and hold the page against the kit. Returns its HTML."""
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status}\n{answer.text[:2000]}"
    check_page(answer.text)
    return answer.text


def check_page(html: str) -> Seen:
    """Assert that title agrees with h1, ids are unique, fields labelled, forms complete."""
    seen = Seen()
    seen.feed(html)
    seen.close()
    assert html.lstrip().lower().startswith("<!doctype html>"), "no doctype"
    assert not seen.faults, "\n".join(seen.faults)
    assert seen.open == [], f"never closed: {seen.open}"
    _check_title(seen)
    twice = {name for name, times in Counter(seen.ids).items() if times > 1}
    assert not twice, f"ids used twice: {twice}"
    _check_fields(seen)
    _check_forms(seen)
    missing = set(seen.referred) - set(seen.ids)
    assert not missing, f"nothing has these ids: {missing}"
    return seen


@dataclass(slots=True)
class Form:
    """A form as it stands in the page."""

    action: str | None
    method: str
    names: list[str] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)  # that submit it, in order
    typed: bool = False  # has a field in which Enter presses its first button


@dataclass(slots=True)
class Field:
    """An input, select or textarea, and whether anything names it."""

    tag: str
    attributes: dict[str, str]
    wrapped: bool


class Seen(HTMLParser):
    """A page read: its title, headings, ids, fields and forms."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.headings: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[Field] = []
        self.forms: list[Form] = []
        self.referred: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ahead: list[tuple[str, dict[str, str]]] = []  # buttons of forms that come later
        self._own: dict[str, Form] = {}  # forms by id

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        self._note_references(tag, attributes)
        self._note_dangers(tag, attributes)
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append((tag, ""))
        elif tag == "form":
            method = attributes.get("method", "get").lower()
            self.forms.append(Form(attributes.get("action"), method))
            self._own[attributes.get("id", "")] = self.forms[-1]
        elif tag == "button" and attributes.get("type", "submit") == "submit":
            self._note_button(attributes)
        elif tag in {"input", "select", "textarea"}:
            self._note_field(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(f"</{tag}> closes {self.open[-1:]} at {self.getpos()}")

    def handle_data(self, text: str) -> None:
        if "title" in self.open and "svg" not in self.open:
            self.title += text
        if self.headings and self.headings[-1][0] in self.open:
            level, said = self.headings[-1]
            self.headings[-1] = (level, said + text)

    def _note_references(self, tag: str, attributes: dict[str, str]) -> None:
        if "id" in attributes:
            self.ids.append(attributes["id"])
        for name in attributes.keys() & REFERRING:
            self.referred.extend(attributes[name].split())
        if tag == "label" and "for" in attributes:
            self.labelled.add(attributes["for"])
        target = attributes.get("href", "")
        if tag == "a" and "href" in attributes:
            self.links.append(target)
        if tag == "a" and target.startswith("#"):
            self.referred.append(target[1:])

    def _note_dangers(self, tag: str, attributes: dict[str, str]) -> None:
        for name in attributes:
            if name.startswith("on") or (name == "style" and "svg" not in self.open):
                self.faults.append(f"<{tag} {name}=…> at {self.getpos()}")
        for name in attributes.keys() & LEADING:
            scheme = attributes[name].strip().lower().partition(":")[0]
            own = tag == "img" and OWN_PICTURE.match(attributes[name])
            if scheme in {"javascript", "data", "vbscript"} and ":" in attributes[name] and not own:
                self.faults.append(f"<{tag} {name}={attributes[name]!r}>")
        if tag == "script" and not attributes.get("src"):
            self.faults.append("inline script")
        if tag == "img" and "alt" not in attributes:
            self.faults.append(f"an image without alt at {self.getpos()}")

    def _note_button(self, attributes: dict[str, str]) -> None:
        if "form" in attributes:
            self.ahead.append((attributes["form"], {**attributes, "form": self._where()}))
        elif "form" in self.open:
            self.forms[-1].buttons.append({**attributes, "form": self._where()})

    def _where(self) -> str:
        line, column = self.getpos()
        return f"{line:06}:{column:06}"

    def all_buttons(self) -> None:
        """Give each form the buttons that name it, in the order of the page."""
        for owner, button in self.ahead:
            self._own[owner].buttons.append(button)
        for form in self.forms:
            form.buttons.sort(key=lambda button: button["form"])

    def _note_field(self, tag: str, attributes: dict[str, str]) -> None:
        self.fields.append(Field(tag, attributes, wrapped="label" in self.open))
        quiet = {"hidden", "submit", "button", "reset", "image", "file"}
        if tag == "input" and attributes.get("type", "text") not in quiet:
            form = self._own.get(attributes["form"]) if "form" in attributes else None
            if form is None and self.forms and "form" in self.open:
                form = self.forms[-1]
            if form:
                form.typed = True
        if self.forms and "form" in self.open and "name" in attributes:
            self.forms[-1].names.append(attributes["name"])


def _check_title(seen: Seen) -> None:
    first = [" ".join(text.split()) for level, text in seen.headings if level == "h1"]
    assert len(first) == 1, f"h1: {first}"
    title = " ".join(seen.title.split())
    assert first[0], "the h1 is empty"
    agrees = title == first[0] or title.startswith(f"{first[0]} · ")
    assert agrees, f"title {title!r} does not begin with h1 {first[0]!r}"


def _check_fields(seen: Seen) -> None:
    for one in seen.fields:
        kind = one.attributes.get("type", "text").lower()
        if one.tag == "input" and kind in UNLABELLED:
            continue
        named = one.wrapped or one.attributes.get("id") in seen.labelled
        named = named or bool(one.attributes.get("aria-label", "").strip())
        assert named or "aria-labelledby" in one.attributes, f"no label: {one.attributes}"


def _check_forms(seen: Seen) -> None:
    seen.all_buttons()
    for form in seen.forms:
        if form.typed and len(form.buttons) > 1:
            # Enter presses the first of them: it has to be meant for that.
            assert "data-enter" in form.buttons[0], f"Enter is an accident in {form}"
        assert form.action, f"a form without action: {form}"
        if form.method not in MAY_SUBMIT_BY_GET:
            assert "csrf_token" in form.names, f"a form without CSRF token: {form}"
