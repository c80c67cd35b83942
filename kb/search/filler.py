"""Words that say little about what is asked: weighed low, never dropped."""

from __future__ import annotations

from whoosh.lang.stopwords import stoplists

from kb.search.analysis import lowered

CODES = {
    "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr",
    "german": "de", "hungarian": "hu", "italian": "it", "norwegian": "no", "portuguese": "pt",
    "russian": "ru", "spanish": "es", "swedish": "sv",
}  # fmt: skip
POLITE = """
    a about able actually advise afternoon again all also am an and any anyone anything are as
    asap ask asked asking assist assistance at be been being best but by bye call called calling
    came can cannot cant chat come contact contacted could couldnt customer customers day did
    didnt do does doesnt doing done dont each either else enquire enquiring enquiry even evening
    ever every find for from get gets getting give go going good got great greetings guess had
    happen happened happening happens has have havent having hello help helped helping hey hi how
    however i id if ill im in info information inquire inquiring into is isnt issue issues it its
    ive just kind kindly know let like little look looking lot made make many may maybe me mean
    might mine more morning most much must my myself need needed needs no now of off ok okay on
    once one only or other our out over perhaps please pls possible problem problems question
    questions quick quickly really regarding right said say says see seem seems she should so some
    someone something sorry still such sure take tell than thank thanks that thats the their them
    then there these they thing things think this those though through till to told too tried try
    trying ty u under understand until up ur us use very want wanted wanting wants was wasnt way we
    well went were what whats when where which while who whom whose why will wish with wonder
    wondering wont would yeah yes yet you your yours
"""


def filler(language: str) -> frozenset[str]:
    """The filler of one language: Snowball's stop words; for English our list of polite ones."""
    words = set(POLITE.split()) if language == "english" else set[str]()
    words |= stoplists.get(CODES.get(language, ""), frozenset())
    return frozenset(lowered(word) for word in words)
