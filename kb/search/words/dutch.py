"""Dutch word forms: what Porter's stemmer leaves of them is brought to one spelling.

Neither it nor Snowball's newer one joins "besteld" and "bestelling", or "kaart" and "kaartje".
"""

from __future__ import annotations

import re

_LONG = re.compile(r"(?<=[^aeiou])(aa|ee|oo|uu)(?=[^aeiou]+$)")
_PARTICIPLE = re.compile(r"^ge(?=[^aeiou]*[aeiouy].{2,}(?:[^c]|[^c]h)[dt]$)")
# These begin with ge- as verbs, too.
_OWN_GE = re.compile(
    r"^ge(?:beur|bruik|draag|drag|hoor|hor|lijk|loof|lov|luk|nees|niet|raak|rak|schied|tuig|wen)"
)
_IGING = re.compile(r"iging(?:en)?$")
# Porter takes the s of "fiets" for that of a plural: so that of "fietsen" goes, too.
_STEM_S = re.compile(r"(?<=..[bdfgklmnprt])s$")
_SEVERAL = re.compile(r"(?:[tr]ie|eau|(?<=..[^aeiou])o)s$")  # acties, cadeaus, autos
# After these "p" belongs to the ending: "boompje", "filmpje", but "lampje".
_LONG_BEFORE_M = re.compile(r"(?:[aeiou]{2}|[^aeiou])mpj$")
_LEAST_VERB = 6  # letters: a shorter stem that ends with d or t is of a noun, most likely


def base(stem: str, word: str) -> str:
    """One spelling for what Porter's Dutch stemmer makes of a word's forms."""
    if found := _IGING.search(word):
        stem = word[: found.start() + 2]
    if _SEVERAL.search(word):
        stem = word[:-1]
    stem = _without_diminutive(stem[:-2] if stem.endswith("jes") else stem)
    if len(stem) > _LEAST_VERB and not _OWN_GE.match(word):
        stem = _PARTICIPLE.sub("", stem)
    stem = _without_verb_ending(stem)
    stem = _STEM_S.sub("", stem)
    stem = _LONG.sub(lambda found: found[0][0], stem)
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "aeiou":
        stem = stem[:-1]
    stem = stem[:-1] + {"v": "f", "z": "s"}.get(stem[-1:], stem[-1:])
    return _STEM_S.sub("", stem)


def _without_diminutive(stem: str) -> str:
    """ "kaartj" of "kaartje", "bonnetj" of "bonnetje", "boompj" of "boompje"."""
    if not stem.endswith("j") or len(stem) < 4 or stem[-2] in "aeiou":
        return stem
    if stem.endswith("etj") and stem[-4] == stem[-5:-4] and stem[-4] in "lmnrg":
        return stem[:-3]
    return stem[: -2 if _LONG_BEFORE_M.search(stem) else -1]


def _without_verb_ending(stem: str) -> str:
    """Without the d or t of "besteld" and "betaalt"; that of "pakket" and "klacht" stays."""
    if stem.endswith("dt"):
        stem = stem[:-1]
    ends = stem[-1:] in "dt" and len(stem) >= _LEAST_VERB and not stem.endswith("cht")
    long = stem[-3:-1] in ("aa", "ee", "oo", "uu", "ie", "oe", "eu", "ij", "ui")
    return stem[:-1] if ends and (long or stem[-2:-1] not in "aeiou") else stem
