"""What an entry of the ledger says to people, and what was done, in one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from ..domain.model import Model
from ..text import day, isolated, quoted
from .deeds import Deed, Run
from .entry import ENDINGS, Entry, Result

_DEEDS = {
    "appointment": "{actor} started appointing {person} as {role}",
    "withdrawal": "{actor} started withdrawing {person} as {role}",
    "account": "{actor} started adding the user {person}",
    "request": "{actor} proposed {person} as {role}",
    "declined": "{actor} declined to make {person} {role}",
    "taken_back": "{actor} took back the proposal to make {person} {role}",
    "confirmation": "{actor} confirmed the duties of {role}",
}
_OWN_DEEDS = _DEEDS | {
    "appointment": "{actor} started appointing themselves as {role}",
    "withdrawal": "{actor} started stepping down as {role}",
    "request": "{actor} asked to become {role}",
    "declined": "{actor} declined to become {role}",
    "taken_back": "{actor} took back the request to become {role}",
}
"""Where somebody does it about themselves: nobody's name is said twice."""

_RESULTS = {
    ("appointment", "done"): "{person} is now {role}",
    ("appointment", "unchanged"): "{person} was already {role}",
    ("appointment", "not done"): "{person} did not become {role}",
    ("appointment", "refused"): "The hub refused to make {person} {role}",
    ("appointment", "unknown"): "The hub did not say whether {person} is now {role}",
    ("withdrawal", "done"): "{person} is no longer {role}",
    ("withdrawal", "unchanged"): "{person} was not {role}",
    ("withdrawal", "not done"): "{person} is still {role}",
    ("withdrawal", "refused"): "The hub refused to withdraw {person} as {role}",
    ("withdrawal", "unknown"): "The hub did not say whether {person} is still {role}",
    ("account", "done"): "{person} is now a user of the hub",
    ("account", "unchanged"): "{person} was already a user; nothing was changed",
    ("account", "not done"): "{person} was not added",
    ("account", "refused"): "The hub refused to add {person}",
    ("account", "unknown"): "The hub did not say whether {person} was added",
}
_DONE = {
    "appointment": "{actor} appointed {person} as {role}",
    "withdrawal": "{actor} withdrew {person} as {role}",
    "account": "{actor} added {person} to the hub",
}
_OWN_DONE = _DONE | {
    "appointment": "{actor} appointed themselves as {role}",
    "withdrawal": "{actor} stepped down as {role}",
}
_TRIED = {
    "appointment": "{actor} tried to appoint {person} as {role}",
    "withdrawal": "{actor} tried to withdraw {person} as {role}",
    "account": "{actor} tried to add {person} to the hub",
}
"""What was not done, or isn't known to be: what became of it is said after that."""
_OWN_TRIED = _TRIED | {
    "appointment": "{actor} tried to appoint themselves as {role}",
    "withdrawal": "{actor} tried to step down as {role}",
}
_OPEN = "It is not known yet whether that was done"

_OBSERVATIONS = {
    "began": "This service began recording changes to the group {group}",
    "ended": "This service stopped recording changes to the group {group}:"
    " it no longer stands for {role}",
    "joined": "{person} was added to {group} ({role}) outside this page",
    "left": "{person} was removed from {group} ({role}) outside this page",
    "deleted": "{person} left {group} ({role}): the account was deleted",
    "first": "{person} was already in {group} ({role}) when recording began",
}
_MANY_OBSERVATIONS = {
    "joined": "{number} people were added to {group} ({role}) outside this page",
    "left": "{number} people were removed from {group} ({role}) outside this page",
    "deleted": "{number} people left {group} ({role}): their accounts were deleted",
    "first": "{number} people were already in {group} ({role}) when recording began",
}
_MANY_RESULTS: dict[Result | None, str] = {
    "done": "added",
    "unchanged": "already had an account",
    "not done": "not added",
    "refused": "not added",
    "unknown": "not certain",
    None: "not certain",
}
"""What became of several who were to be added."""


def sentence(entry: Entry, model: Model) -> str:
    """What an entry says, with names that cannot pass for others."""
    return _whole(_pattern(entry, entry.facts), entry, model)


def deed_sentence(deed: Deed, model: Model) -> str:
    """What was done, and, where that isn't said by it, what became of it."""
    own = deed.began.actor in (deed.began.person, deed.person)
    began, result = replace(deed.began, person=deed.person), deed.result
    if not began.is_intent:
        return sentence(began, model)
    # who is appointed again has another term from then on
    if result == "done" or (began.event, result) == ("appointment", "unchanged"):
        said = _whole((_OWN_DONE if own else _DONE)[began.event], began, model)
    else:
        said = _whole((_OWN_TRIED if own else _TRIED)[began.event], began, model)
    if result == "done":
        return said
    became = _RESULTS[began.event, result] if result else _OPEN
    return f"{said} {_plain(became, began, model)}."


def run_sentence(run: Run, model: Model) -> str:
    """What several deeds that are alike come to."""
    first = run[0].began
    if first.event == "observation":
        return f"{_plain(_MANY_OBSERVATIONS[_change(first.facts)], first, model, len(run))}."
    results = Counter(_MANY_RESULTS[deed.result] for deed in run)
    if len(results) == 1 and run[0].result == "done":
        return f"{isolated(first.actor)} added {len(run)} people to the hub."
    became = ", ".join(
        f"{results[words]} {words}"
        for words in dict.fromkeys(_MANY_RESULTS.values())
        if words in results
    )
    return f"{isolated(first.actor)} tried to add {len(run)} people to the hub: {became}."


def within_run(deed: Deed, model: Model) -> str:
    """What one of the deeds of a run adds to what they come to: a name, mostly."""
    said = deed.began.event == "observation" or deed.result == "done"
    return isolated(deed.person) if said else deed_sentence(deed, model)


def _whole(pattern: str, entry: Entry, model: Model) -> str:
    """A sentence with all that somebody said: until when, why, and to the next person."""
    facts = entry.facts
    said = _plain(pattern, entry, model)
    if until := facts.get("until"):
        said += f", until {day(date.fromisoformat(until))}"
    said += "."
    for key, words in (("reason", "Reason"), ("note", "Note for the next person")):
        if facts.get(key) and entry.event != "outcome":
            said += f" {words}: {quoted(facts[key])}"
    return said


def _plain(pattern: str, entry: Entry, model: Model, number: int = 1) -> str:
    """The words of a sentence, without its end."""
    role = model.roles.get(entry.role)
    return pattern.format(
        actor=isolated(entry.actor),
        person=isolated(entry.person),
        group=isolated(entry.group),
        role=role.title if role else isolated(entry.role),
        number=f"{number:,}",
    )


def _pattern(entry: Entry, facts: dict[str, str]) -> str:
    deeds = _OWN_DEEDS if entry.actor == entry.person else _DEEDS
    if entry.event in ENDINGS:
        return _RESULTS[facts["of"], facts["result"]]
    if entry.event == "observation":
        return _OBSERVATIONS[_change(facts)]
    if entry.event == "decision":
        return deeds[facts["verdict"]]
    return deeds[entry.event]


def _change(facts: dict[str, str]) -> str:
    """What was observed, more closely than the change alone."""
    if facts["change"] == "joined" and "first" in facts:
        return "first"
    return "deleted" if "gone" in facts else facts["change"]
