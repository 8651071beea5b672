"""What an entry of the ledger says, as a sentence for people."""

from __future__ import annotations

from datetime import date

from ..domain.model import Model
from ..text import day, isolated, quoted
from .entry import Entry

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
_OBSERVATIONS = {
    "began": "This service began recording changes to the group {group}",
    "ended": "This service stopped recording changes to the group {group}:"
    " it no longer stands for {role}",
    "joined": "{person} was added to {group} ({role}) outside this page",
    "left": "{person} was removed from {group} ({role}) outside this page",
    "deleted": "{person} left {group} ({role}): the account was deleted",
}


def sentence(entry: Entry, model: Model) -> str:
    """What an entry says, with names that cannot pass for others."""
    facts = entry.facts
    role = model.roles.get(entry.role)
    text = _pattern(entry, facts).format(
        actor=isolated(entry.actor),
        person=isolated(entry.person),
        group=isolated(entry.group),
        role=role.title if role else isolated(entry.role),
    )
    if until := facts.get("until"):
        text += f", until {day(date.fromisoformat(until))}"
    text += "."
    for key, words in (("reason", "Reason"), ("note", "Note for the next person")):
        if facts.get(key) and entry.event != "outcome":
            text += f" {words}: {quoted(facts[key])}"
    return text


def by_whom(entry: Entry) -> str:
    """Who did it; the hub doesn't say who changed a group outside this page."""
    return "not recorded by the hub" if entry.actor_kind == "hub" else entry.actor


def _pattern(entry: Entry, facts: dict[str, str]) -> str:
    deeds = _OWN_DEEDS if entry.actor == entry.person else _DEEDS
    if entry.event in ("outcome", "settlement"):
        return _RESULTS[facts["of"], facts["result"]]
    if entry.event == "observation":
        if facts["change"] == "joined" and "first" in facts:
            return "{person} was already in {group} ({role}) when recording began"
        return _OBSERVATIONS["deleted" if "gone" in facts else facts["change"]]
    if entry.event == "decision":
        return deeds[facts["verdict"]]
    return deeds[entry.event]
