"""A document of another program as a tree of HTML's elements. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct, field

DEEPEST = 60  # elements within one another; what stands deeper is taken up at that depth
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table "
    "tbody td tfoot th thead tr ul notes".split()
)


class Element(Struct, eq=False):
    """One element. Children are elements and texts.

    Beside HTML's there are: `note` (a footnote's mark, its words the children), `blockquote` with
    `alert` (a box such as WARNING), and `li` with `label` (what stands there for a number).
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute; "" where there is none."""
        return self.attributes.get(name, "")

    def add(self, child: Element | str) -> None:
        """Put it at the end."""
        self.children.append(child)

    @property
    def elements(self) -> list[Element]:
        """The children that are no texts."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def classes(self) -> frozenset[str]:
        """Of the attribute `class`."""
        return frozenset(self.get("class").split())

    def walk(self) -> Iterator[Element]:
        """It and everything in it, from the top."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += reversed(one.elements)

    def find(self, wanted: Callable[[Element], bool]) -> Element | None:
        """The first of which that is so."""
        return next(filter(wanted, self.walk()), None)

    def text(self) -> str:
        """All its words."""
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    def without(self, unwanted: Callable[[Element], bool]) -> None:
        """Take out every element of which that is so."""
        self.children = [c for c in self.children if isinstance(c, str) or not unwanted(c)]
        for child in self.elements:
            child.without(unwanted)

    def is_block(self) -> bool:
        """Does it stand on lines of its own?"""
        return self.tag in BLOCKS


def element(tag: str, *children: Element | str, **attributes: str) -> Element:
    """One element, in short."""
    return Element(tag, attributes, list(children))


def in_blocks(parent: Element) -> Iterator[Element]:
    """The children that stand on lines of their own; words between them as paragraphs.

    A link or bold around blocks is looked through: Markdown has none such.
    """
    words: list[Element | str] = []
    for child in parent.children:
        if isinstance(child, Element) and (child.is_block() or holds_blocks(child)):
            if words:
                yield Element("p", {}, words)
                words = []
            if child.is_block():
                yield child
            else:
                yield from in_blocks(child)
        else:
            words.append(child)
    if words:
        yield Element("p", {}, words)


def holds_blocks(one: Element) -> bool:
    """Are there blocks in what is none itself?"""
    return one.tag != "note" and any(each.is_block() for each in one.walk() if each is not one)
