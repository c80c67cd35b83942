"""Nobody makes a file their own by showing it: a text may show what its writer may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from kb.catalogue.files_seen import FilesSeen
from kb.documents.document import parse
from kb.documents.reading import file_links
from kb.publishing.edits import Standing

# Without one of these a text has no link; so most need not be read for it.
_LINKING = (b"](", b"]:", b"<", b"[[")
# A link to another site shows no file of this one. It holds no bracket, so it ends no other.
_ELSEWHERE = re.compile(rb"\]\(https?://[^\s()<>\[\]\\]*\)|<https?://[^\s<>\[\]\\]*>")
# What is called like a file. Another may be a page that is named without its suffix.
_FILE = re.compile(r"\.(?!html?$)[A-Za-z][A-Za-z0-9]{1,4}$")


class Showing(Struct, frozen=True):
    """What one person may show. `there`: is there a file of that path?"""

    seen: FilesSeen
    there: Callable[[str], bool]

    def objection(self, before: Standing | None, after: Standing) -> str:
        """Why the text may not be written, as a sentence; "" where it may.

        What it showed before it may go on showing. A file that is not there (yet) is treated like
        one that is, so that nobody learns which are, and nobody waits for one to come.
        """
        text = _ELSEWHERE.sub(b" ", after.text)
        if not any(mark in text for mark in _LINKING):
            return ""
        shown = set(self._files(before)) if before else set()
        hidden = next((one for one in self._files(after) if self._hidden(one, shown)), None)
        return _told(hidden) if hidden else ""

    def _files(self, standing: Standing) -> Iterator[str]:
        for first, *others in filter(None, file_links(parse(standing.text, standing.path))):
            if _FILE.search(first) or self.there(first):
                yield first
            yield from filter(self.there, others)

    def _hidden(self, file: str, shown: set[str]) -> bool:
        return file not in shown and file not in self.seen


def _told(file: str) -> str:
    return (
        f"You may not show {file}: it belongs to a department that you do not write for,"
        " and nothing that you may read shows it. Add a file of your own instead."
    )
