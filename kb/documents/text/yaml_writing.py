"""Text written as YAML so that every reader of YAML takes it for that text. Pure."""

from __future__ import annotations

import json
import re

from kb.documents.text.yaml_reading import YamlTrouble, load

# What needs no quotes, for whatever reads the file.
_PLAIN = re.compile(r"\w[^\[\]{}\"`|\\<>\x00-\x1f\x7f-\xa0\u2000-\u200f\u2028-\u202f\ufeff]*")
# These no reader of YAML takes for anything else: most values, so that they need no second look.
_SURELY_PLAIN = re.compile(r"[^\W\d_](?:[\w ,.()/?!@'+-]*[\w.)?!])?")
_ENDS = re.compile(r":(?:\s|$)|\s#|\s$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_OTHERWISE_READ = re.compile(r"[\d._e+:-]*|0x.*|null|true|false|yes|no|on|off|y|n", re.IGNORECASE)
# Read as line ends or left out by some: written as escapes.
_ESCAPED = re.compile(r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def scalar(value: str | int, style: str | None = None, *, inside: bool = False) -> str:
    """One value, in quotes where it needs them or had them. `style`: the quotes it had.

    `inside`: it stands in a list in brackets.
    """
    if isinstance(value, int) or _DAY.fullmatch(value):
        return str(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and _is_plain(value) and not (inside and "," in value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def flow(items: list[str]) -> str:
    """A list in brackets."""
    return f"[{', '.join(scalar(item, inside=True) for item in items)}]"


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or _ENDS.search(text) or _OTHERWISE_READ.fullmatch(text):
        return False
    if _SURELY_PLAIN.fullmatch(text):
        return True
    try:
        return bool(load(f"k: {text}").value == {"k": text})
    except YamlTrouble:
        return False
