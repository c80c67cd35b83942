"""Passwords that are guessed soon: common ones, one's own name, and whatever is made of those."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from kb.people.errors import WeakPassword

# Its time grows with the square of the length: 20 ms for so many characters. What is strong by
# these is strong whatever follows.
_LOOKED_AT = 72
_STRONG = 3  # of 4: more than 100 million guesses
_LEFT = 8  # characters that a password has besides names and addresses
_SHORTEST = 3  # letters of a word that is known of somebody


def ensure_not_guessable(password: str, known: Iterable[str]) -> None:
    """Raises WeakPassword. `known` is what others know: address, name, the company's."""
    # Its lists take a while to load, and passwords are set seldom.
    from zxcvbn import zxcvbn

    words = [word for text in known for word in _words(text)]
    plain = unicodedata.normalize("NFKC", password)[:_LOOKED_AT]
    found = zxcvbn(plain, user_inputs=words, max_length=_LOOKED_AT)
    only_names = _left(plain.casefold(), words) < _LEFT
    if found["score"] >= _STRONG and not only_names:
        return
    why = str(found["feedback"]["warning"]).rstrip(".") or "It is made of words that others know"
    raise WeakPassword(
        f"That password is easy to guess. {why}. Use four words that have nothing to do with you,"
        " or with each other."
    )


def _left(password: str, words: Iterable[str]) -> int:
    """How many characters are left without what others know."""
    rest = password
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest)


def _words(text: str) -> Iterable[str]:
    """The text itself, its words, and those run together."""
    words = [word for word in re.findall(r"\w+", text.casefold()) if len(word) >= _SHORTEST]
    return [word for word in (text.casefold(), *words, "".join(words)) if word]
