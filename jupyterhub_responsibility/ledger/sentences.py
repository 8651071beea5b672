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
    "ended": "The request to make {person} {role} has ended: an account that it was about is gone",
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

_STARTING = "{actor} started appointing {person} as {role}: a {starts_with} is the first to hold it"

_TERMS = {
    (False, True): "{actor} set the last day of {person} as {role} to {until}",
    (True, True): "{actor} changed the last day of {person} as {role} from {before} to {until}",
    (True, False): "{actor} removed the last day of {person} as {role}, which was {before}",
}
"""By whether there was a last day before, and is one now."""

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
_STILL = {
    ("appointment", "done"): "{person} was added to {group}, and was already {role} through"
    " {through}",
    ("appointment", "not done"): "{person} was not added to {group}, and is still {role} through"
    " {through}",
    ("withdrawal", "done"): "{person} was removed from {group}, and is still {role} through"
    " {through}",
    ("withdrawal", "unchanged"): "{person} was not in {group}, and is still {role} through"
    " {through}",
}
"""The same, where they hold the role through another group as well."""

_REFUSED = "{person} was not made {role}"
"""The result where a rule of this service forbade it."""

_OBSERVATIONS = {
    "began": "This service began recording changes to the group {group}",
    "ended": "This service stopped recording changes to the group {group}:"
    " it no longer stands for {role}",
    "joined": "{person} was added to {group} ({role}) outside this page",
    "left": "{person} was removed from {group} ({role}) outside this page",
    "left still": "{person} was removed from {group} outside this page, and is still {role} through"
    " {through}",
    "deleted": "{person} left {group} ({role}): the account was deleted",
    "lost": "{person} is no longer {role}: the group {group} does not stand for this role any more",
    "renamed": "The account {was} was renamed: {person} is still {role}",
    "remade": "The account {person} was deleted and made again. It is in {group} ({role}), but what"
    " was recorded of the older account has ended",
}


def sentence(entry: Entry, model: Model) -> str:
    """What an entry says, with names that cannot pass for others."""
    facts = entry.facts
    text = _pattern(entry, facts).format(
        actor=isolated(entry.actor),
        person=isolated(entry.person),
        group=isolated(entry.group),
        role=_title(model, entry.role),
        starts_with=_title(model, facts.get("starts_with", "")),
        through=isolated(facts.get("through", "")),
        was=isolated(facts.get("was", "")),
        until=_day(facts.get("until")),
        before=_day(facts.get("before")),
    )
    if entry.event != "term" and "until" in facts:
        text += f", until {_day(facts['until'])}"
    text += "."
    for key, words in (("reason", "Reason"), ("note", "Note for the next person")):
        if facts.get(key) and (entry.event != "outcome" or "refusal" in facts):
            text += f" {words}: {quoted(facts[key])}"
    return text


def _title(model: Model, role_id: str) -> str:
    role = model.roles.get(role_id)
    return role.title if role else isolated(role_id)


def _day(said: str | None) -> str:
    return day(date.fromisoformat(said)) if said else ""


def by_whom(entry: Entry) -> str:
    """Who did it; the hub doesn't say who changed a group outside this page."""
    return "not recorded by the hub" if entry.actor_kind == "hub" else entry.actor


def _pattern(entry: Entry, facts: dict[str, str]) -> str:
    deeds = _OWN_DEEDS if entry.actor == entry.person else _DEEDS
    if entry.event in ("outcome", "settlement"):
        return _REFUSED if "refusal" in facts else _result(facts)
    if entry.event == "observation":
        return _observed(facts)
    if entry.event == "term":
        return _TERMS["before" in facts, "until" in facts]
    if "starts_with" in facts:
        return _STARTING
    return deeds[facts["verdict"] if entry.event == "decision" else entry.event]


def _result(facts: dict[str, str]) -> str:
    result = facts["of"], facts["result"]
    return _STILL.get(result, _RESULTS[result]) if "through" in facts else _RESULTS[result]


def _observed(facts: dict[str, str]) -> str:
    if facts["change"] == "joined" and "first" in facts:
        return "{person} was already in {group} ({role}) when recording began"
    if facts["change"] == "left" and "through" in facts:
        return _OBSERVATIONS["left still"]
    return _OBSERVATIONS["deleted" if "gone" in facts else facts["change"]]
