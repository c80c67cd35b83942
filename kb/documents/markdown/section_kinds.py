"""What a heading promises: steps, words to say, other methods, when to escalate, remarks.

Pure.
"""

from __future__ import annotations

import re

from kb.documents.text.plain_text import folded

_KINDS = {
    "methods": r"(?:the )?(?:other|alternative|alternate|additional|more|different|accepted)"
    r"(?: accepted| possible)? (?:method|way|option|approach|route|solution)(?:e?s)?(?: .*)?"
    r"|(?:methods|alternatives?|options|workarounds?)(?: (?:to|for|if|when) .*)?",
    "script": r"(?:what|how) to (?:say|tell|write|answer)(?: .*)?|say this(?: .*)?"
    r"|(?:the |call |phone |chat |e-?mail )?(?:scripts?|wording|template|reply)"
    r"|(?:suggested|sample|example|standard) (?:script|wording|words|reply|answer|phrases)",
    "escalation": r"(?:when|how|where|whom?)(?: and (?:when|how|where|whom?))? to escalate(?: .*)?"
    r"|escalat(?:e|ion|ions|ing)(?: .*)?|when to hand[ -]?over(?: .*)?",
    "about": r"(?:when|where|who)(?: not)? to use(?: .*)?"
    r"|(?:the )?(?:purpose|scope|overview|summary|introduction|background)(?: .*)?"
    r"|about(?: .*)?|what (?:this|it) is (?:about|for)"
    r"|(?:notes?|remarks?|common mistakes|pitfalls|see also|related(?: .*)?|history|changes)",
    "steps": r"(?:the |standard |main |usual )?(?:steps?|procedure|process|instructions)"
    r"(?: (?:to|for|by) .*)?|(?:the |standard |main |usual )(?:method|way)(?: .*)?"
    r"|(?:what|how) to .*|do this(?: .*)?|step[ -]by[ -]step(?: .*)?",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}
_NUMBER = re.compile(r"^[\d.)\s]+")


def kind_of(heading: str) -> str:
    """What stands below it: "steps", "script", "methods", "escalation", "about" or "text"."""
    words = _NUMBER.sub("", folded(heading)).rstrip(" :.!?")
    for kind, pattern in _PATTERNS.items():
        if len(words) <= 80 and pattern.fullmatch(words):
            return kind
    return "text"
