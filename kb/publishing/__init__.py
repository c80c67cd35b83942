"""Verbs that touch two capabilities: the files first, the catalogue next, the index last."""

from kb.publishing.live_synonyms import LiveSynonyms
from kb.publishing.publisher import Progress, Publisher, Refreshed

__all__ = ["LiveSynonyms", "Progress", "Publisher", "Refreshed"]
