"""Search in everyday words, forgiving of word order, case, accents, endings and small slips."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from math import log

from .contacts import Kind
from .model import EVERYONE, Declaration

MAX_ANSWERS = 8
"""More answers than that are no answer."""

_STOP = frozenset(
    "a about again all am an and any anybody anyone are as ask at be by can cannot cant could"
    " do does dont for from get have hello her hi his how i if in is it its like me my need no"
    " not of on or our please she should some somebody someone that the their them there they"
    " this time to us want we what when where which who whom whose why will with would you"
    " your".split()
)
"""Words that tell nothing: they only decide between answers that are equally good."""

_FAINT = frozenset({"contact", "help", "question"})
"""They say little within a question, but can be all of it."""

_TITLE, _TOPIC, _TEXT = 3.0, 3.0, 1.0
_CLOSE = 0.8  # likeness of a word that has a slip in it
_ENDING = 3  # letters of an ending: "servers", "installing"
_TIE = 0.001  # weight of words that tell nothing
_WORTH = 0.2  # of the best answer's score, for another to be worth showing


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a question may be about."""

    kind: Kind
    id: str


def words(text: str) -> tuple[str, ...]:
    """The words of a text without case, accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", re.sub("['’]", "", text))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(re.findall(r"[^\W_]+", bare.casefold()))


class Finder:
    """An index of everything on one hub that somebody may ask about."""

    def __init__(self, declaration: Declaration) -> None:
        self._entries: dict[Found, dict[str, float]] = {}
        model, titles = declaration.model, declaration.model.titles()
        for contact in declaration.contacts:
            targets = [titles[t] for t in contact.targets if t != EVERYONE]
            self._add("contact", contact.id, [contact.name, *targets], contact.topics)
        for area in model.areas:
            for each in area.responsibilities:
                self._add("responsibility", each.id, [each.title], each.topics, each.description)
            self._add("area", area.id, [area.title], (), area.goal)
        for role in model.roles.values():
            self._add("role", role.id, [role.title], (), role.summary)
        self._vocabulary = frozenset(word for entry in self._entries.values() for word in entry)
        self._weigh = lru_cache(maxsize=1000)(self._weigh_word)

    def _add(
        self, kind: Kind, thing_id: str, titles: list[str], topics: tuple[str, ...], text: str = ""
    ) -> None:
        weights: dict[str, float] = {}
        for part, weight in ((text, _TEXT), (" ".join(titles), _TITLE), (" ".join(topics), _TOPIC)):
            for word in words(part):
                weights[word] = weight
        self._entries[Found(kind, thing_id)] = weights

    def find(self, question: str) -> tuple[Found, ...]:
        """What a question is about, the best match first; empty where nothing fits."""
        asked = tuple(dict.fromkeys(words(question[:200])))
        telling = [word for word in asked if word not in _STOP | _FAINT]
        known = [w for w in telling or asked if w not in _STOP and self._weigh(w)]
        if not known:
            return ()
        rarity = {word: self._rarity(word) for word in known}
        scores: dict[Found, float] = {}
        for found, entry in self._entries.items():
            hits = {word: self._hit(word, entry) for word in known}
            matched = sum(rarity[word] for word, hit in hits.items() if hit)
            if matched:
                tie = _TIE * sum(entry.get(word, 0.0) for word in asked if word in _STOP)
                scores[found] = matched * sum(rarity[w] * hit for w, hit in hits.items()) + tie
        best = max(scores.values(), default=0.0)
        ranked = sorted(scores, key=lambda found: -scores[found])
        return tuple(found for found in ranked if scores[found] >= _WORTH * best)[:MAX_ANSWERS]

    def _hit(self, word: str, entry: dict[str, float]) -> float:
        return max((weight * entry.get(w, 0.0) for w, weight in self._weigh(word)), default=0.0)

    def _rarity(self, word: str) -> float:
        """A word that few entries have tells more than one that many have."""
        having = sum(1 for entry in self._entries.values() if self._hit(word, entry))
        return log((len(self._entries) + 1) / (having + 0.5))

    def _weigh_word(self, word: str) -> tuple[tuple[str, float], ...]:
        """The words of the index that a word of the question may mean, and how surely."""
        alike = ((known, _likeness(word, known)) for known in self._vocabulary)
        return tuple((known, weight) for known, weight in alike if weight)


def _likeness(asked: str, known: str) -> float:
    if asked == known:
        return 1.0
    if known.startswith(asked) and len(asked) >= 2:
        return 0.8  # still typing, or "install" for "installing"
    if asked.startswith(known) and len(known) >= 4 and len(asked) - len(known) <= _ENDING:
        return 0.7  # "servers" for "server"
    slips = len(asked) >= 5 and abs(len(asked) - len(known)) <= 2 and asked[0] == known[0]
    if not slips:
        return 0.0
    matcher = SequenceMatcher(None, asked, known)
    close = matcher.quick_ratio() >= _CLOSE and matcher.ratio() >= _CLOSE
    return 0.5 if close else 0.0
