"""Search in everyday words, forgiving of word order, case, accents, word forms and small slips.

A question is compared with phrases: each title, topic and name is one. The nearest phrase leads;
what else an entry has of the question's words decides among those that are about as near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from .contacts import Kind
from .holders import RoleHolders
from .model import EVERYONE, OPERATOR, Declaration
from .names import NOBODY_NAMED, Names, readable
from .words import Slips, stem, words

MAX_ANSWERS = 8
"""More answers than that are no answer."""

_CHARACTERS, _WORDS = 200, 40  # of a question that are read, so that no search takes long

_STOP = frozenset(
    "a about again all also am an and any anybody anyone are as ask at be been being by can"
    " cannot cant could did do does dont every everybody for from get gets give got had has have"
    " hello her here hers hi him his how i if im in into is it its ive just know like lot me more"
    " my need no not now of off on one only or our ours over please quite really say says she"
    " should so some somebody someone something speak still talk tell than thank thanks that the"
    " their them then there they thing this time to too us very want was we were what when where"
    " whether which while who whom whose why will with would yes you your".split()
)
"""Words that tell nothing: they only decide between answers that are equally good."""

_FAINT = frozenset(map(stem, "contact help question hub jupyter jupyterhub jupyterlab use".split()))
"""They say little within a question, but can be all of it."""

_CLUELESS = re.compile(r"\bno (?:idea|clue)\b", re.IGNORECASE)
"""Nobody has an idea for the hub who has no idea."""

_SURE, _TYPING, _SLIP = 1.0, 0.8, 0.5  # how surely a word of the question means one of ours
_TIE, _LITTLE = 0.001, 0.1  # weight of words that tell nothing, or little
_OWN = 1.2  # weight of what the operator wrote about a contact, beside the model's words
_TEXT = 0.3  # weight of a word in a description, beside titles and topics
_REST = 0.3  # weight of all the words that an entry has, beside its nearest phrase
_WORTH = 0.2  # of the best answer's score, for another to be worth showing

_OPERATOR_TOPICS = (
    "operator, admin, administrator, system administrator, sysadmin, technical support,"
    " who runs this hub, who operates this hub, who hosts this hub, who installed this,"
    " who set this up, who owns this service, technically responsible, configuration, declaration,"
    " privacy, private, confidential, sensitive data, personal data, data protection, GDPR,"
    " who can see my files, allowed to read my notebooks, are my files safe, tracking,"
    " terms of use, terms of service, policy, legal, imprint,"
    " security hole, security problem, vulnerability"
).split(", ")
"""What is for whoever runs a hub, whatever its model."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a question may be about."""

    kind: Kind
    id: str


class Finder:
    """An index of everything on one hub that somebody may ask about."""

    def __init__(self, declaration: Declaration) -> None:
        self._phrases: list[tuple[Found, frozenset[str]]] = []
        self._entries: dict[Found, dict[str, float]] = {}
        self._written: dict[str, str] = {}
        self._fill(declaration)
        self._rarity = {word: self._rarity_of(word) for word in set(self._written.values())}
        self._slips = Slips(self._rarity.keys() - _STOP)
        self._lengths = [sqrt(sum(self._rarity[w] ** 2 for w in p)) for _, p in self._phrases]
        self._having: dict[str, list[int]] = {}
        for number, (_, phrase) in enumerate(self._phrases):
            for word in phrase:
                self._having.setdefault(word, []).append(number)

    def _fill(self, declaration: Declaration) -> None:
        model, titles = declaration.model, declaration.model.titles()
        operator = [OPERATOR, *_OPERATOR_TOPICS]
        for contact in declaration.contacts:
            if contact.targets == (OPERATOR,):
                operator += [contact.name, *contact.topics]
            else:
                about = [titles[target] for target in contact.targets if target != EVERYONE]
                self._add("contact", contact.id, [contact.name, *contact.topics, *about])
        for area in model.areas:
            for each in area.responsibilities:
                self._add("responsibility", each.id, [each.title, *each.topics], each.description)
            self._add("area", area.id, [area.title], area.goal)
        for role in model.roles.values():
            self._add("role", role.id, [role.title], role.summary)
        self._add("operator", OPERATOR, operator)

    def _add(self, kind: Kind, thing_id: str, phrases: Iterable[str], text: str = "") -> None:
        found, entry = Found(kind, thing_id), dict.fromkeys(self._meanings(text), _TEXT)
        for phrase in map(self._meanings, phrases):
            entry |= dict.fromkeys(phrase, _SURE)
            self._phrases.append((found, phrase))
        self._entries[found] = entry

    def _meanings(self, text: str) -> frozenset[str]:
        meanings = {word: _meaning(word) for word in words(text)}
        self._written |= meanings
        return frozenset(meanings.values())

    def _rarity_of(self, word: str) -> float:
        """A word that few entries have tells more than one that many have."""
        having = sum(word in entry for entry in self._entries.values())
        rarity = log((len(self._entries) + 1) / (having + 0.5))
        return rarity * (_TIE if word in _STOP else _LITTLE if word in _FAINT else 1.0)

    def find(
        self,
        question: str,
        holders: Mapping[str, RoleHolders] | None = None,
        names: Names = NOBODY_NAMED,
    ) -> tuple[Found, ...]:
        """What a question is about, the best match first; empty where nothing fits.

        `holders` are those of each role right now, whom a question may name, by the account or by
        what they are called.
        """
        read = _CLUELESS.sub(" ", question[:_CHARACTERS])
        asked = tuple(dict.fromkeys(words(read)))[:_WORDS]
        people = self._people(frozenset(asked), holders or {}, names)
        scores = self._scores(self._understood(asked), alone=len(set(asked) - _STOP) == 1)
        worth = _WORTH * max(scores.values(), default=0.0)
        ranked = sorted((f for f in scores if scores[f] >= worth), key=lambda f: -scores[f])
        return tuple(dict.fromkeys((*people, *ranked)))[:MAX_ANSWERS]

    def _understood(self, asked: tuple[str, ...]) -> dict[str, float]:
        """What the words of a question mean, and how surely; empty where that tells nothing."""
        understood: dict[str, float] = {}
        for word in asked:
            for meaning, sure in self._meant(word, typing=word == asked[-1]):
                understood[meaning] = max(sure, understood.get(meaning, 0.0))
        said = {_meaning(word) for word in asked} - _STOP
        telling = understood.keys() - _STOP
        return understood if telling - _FAINT or (telling and said <= _FAINT) else {}

    def _meant(self, word: str, *, typing: bool) -> list[tuple[str, float]]:
        """What a word may mean; more letters may follow the last one while it is `typing`."""
        meaning = _meaning(word)
        if meaning in self._rarity:
            return [(meaning, _SURE)]
        if typing and len(word) > 1:
            begun = {m for written, m in self._written.items() if written.startswith(word)}
            if begun - _STOP:
                return [(each, _TYPING) for each in begun - _STOP]
        return [(each, _SLIP) for each in self._slips.meant(meaning)]

    def _scores(self, understood: Mapping[str, float], *, alone: bool) -> dict[Found, float]:
        """How near each entry is. A description counts beside a phrase, or for a word `alone`."""
        near = self._nearest(understood)
        scores: dict[Found, float] = {}
        for found, entry in self._entries.items():
            had = [word for word in understood if word in entry and word not in _STOP]
            if any(entry[word] == _SURE for word in had) or (had and alone):
                rest = sum(understood[w] * entry[w] * self._rarity[w] for w in had)
                scores[found] = near.get(found, 0.0) + _REST * rest
        return scores

    def _nearest(self, understood: Mapping[str, float]) -> dict[Found, float]:
        """How near the nearest phrase of each entry is: the cosine between it and the question,
        times what the question's words weigh, which is the same for all."""
        shared: dict[int, float] = {}
        for word, sure in understood.items():
            for number in self._having.get(word, ()):
                shared[number] = shared.get(number, 0.0) + sure * self._rarity[word] ** 2
        near: dict[Found, float] = {}
        for number, weight in shared.items():
            found = self._phrases[number][0]
            own = _OWN if found.kind == "contact" else 1.0
            near[found] = max(own * weight / self._lengths[number], near.get(found, 0.0))
        return near

    def _people(
        self, asked: frozenset[str], holders: Mapping[str, RoleHolders], names: Names
    ) -> list[Found]:
        """The roles of those whom a question names; nothing but a name may also be “Will”."""
        telling = asked - _STOP
        known = frozenset(word for word in telling if _meaning(word) in self._rarity)
        return [
            Found("role", role_id)
            for role_id, each in holders.items()
            if any(
                asked == name[0] or _names(telling, known, *name)
                for name in _names_of(_called(each, names))
            )
        ]


class Finders:
    """The finder for a declaration; the last one is kept, since it takes long to make."""

    def __init__(self) -> None:
        self._made: tuple[Declaration, Finder] | None = None

    def __call__(self, declaration: Declaration) -> Finder:
        """The one for this declaration."""
        made = self._made  # another thread may make one meanwhile
        if made is None or made[0] is not declaration:
            made = self._made = declaration, Finder(declaration)
        return made[1]


def _called(each: RoleHolders, names: Names) -> tuple[tuple[str, str], ...]:
    """Every name of the holders of a role, each with what of it names somebody alone."""
    accounts = [h.name for h in each.holders if h.kind == "account"]
    people = [h.name for h in each.holders if h.kind != "account"]
    called = filter(None, (*map(names.called, accounts), *people))
    return (*((name, name) for name in called), *((name, _alone(name)) for name in accounts))


def _alone(account: str) -> str:
    """What of the name of an account names somebody: not the login service, and not the domain of
    an address, which many have."""
    return account.partition("@")[0] if readable(account) else ""


def _names(
    asked: frozenset[str], known: frozenset[str], whole: frozenset[str], alone: frozenset[str]
) -> bool:
    """Whether a question names somebody: by all of their name, which must not be made of words
    that have a meaning here, or by a part of it while it is about nothing else."""
    return (whole <= asked and not whole <= known) or bool(asked & alone and known <= whole)


def _meaning(word: str) -> str:
    """What all forms of a word mean; a word that tells nothing stands for itself."""
    return word if word in _STOP else stem(word)


@lru_cache(maxsize=100)
def _names_of(
    names: tuple[tuple[str, str], ...],
) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """The words of each name, and of what of it names somebody alone."""
    return tuple((frozenset(words(whole)), frozenset(words(alone))) for whole, alone in names)
