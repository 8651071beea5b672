"""What an entry of the ledger says to people, and what was done, in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ..domain.model import Model
from ..domain.names import Names, readable
from ..text import day, is_erased, isolated, quoted
from .confirmed import BY_PEOPLE
from .deeds import Deed, Run
from .entry import ITSELF, Entry, Part
from .kinds import ENDINGS, OVER, PartName, Result

_DEEDS = {
    "appointment": "{actor} started appointing {person} as {role}",
    "withdrawal": "{actor} started withdrawing {person} as {role}",
    "account": "{actor} started adding the user {person}",
    "request": "{actor} proposed {person} as {role}",
    "declined": "{actor} declined to make {person} {role}",
    "taken_back": "{actor} took back the proposal to make {person} {role}",
    "ended": "The request to make {person} {role} has ended: an account that it was about is gone",
    "erased": "A request for {role} has ended: somebody whom it concerned was erased",
    "confirmation": "{actor} confirmed the duties of {role}",
    "asking": "{actor} asked {named} to confirm the duties of {role}, by mail",
    "denial": "{actor} says, by a mailed link, that they don't hold the role {role}",
}
_BY_LINK = "{actor} confirmed the duties of {role}, by a mailed link"
"""Where somebody without an account did."""

_OWN_DEEDS = _DEEDS | {
    "appointment": "{actor} started appointing themselves as {role}",
    "withdrawal": "{actor} started stepping down as {role}",
    "request": "{actor} asked to become {role}",
    "declined": "{actor} declined to become {role}",
    "taken_back": "{actor} took back the request to become {role}",
}
"""Where somebody does it about themselves: nobody's name is said twice."""

_DONE = {
    "appointment": "{actor} appointed {person} as {role}",
    "withdrawal": "{actor} withdrew {person} as {role}",
    "account": "{actor} added {person} to the hub",
}
_OWN_DONE = _DONE | {
    "appointment": "{actor} appointed themselves as {role}",
    "withdrawal": "{actor} stepped down as {role}",
}
_IN_PART = {
    "appointment": "{actor} added {person} to {group}; {person} was already {role} through"
    " {through}",
    "withdrawal": "{actor} removed {person} from {group}; {person} was still {role} through"
    " {through}",
}
_OWN_IN_PART = {
    "appointment": "{actor} joined {group}, and was already {role} through {through}",
    "withdrawal": "{actor} left {group}, and was still {role} through {through}",
}
"""What was done, where they held the role through another group as well."""

_TRIED = {
    "appointment": "{actor} tried to appoint {person} as {role}",
    "withdrawal": "{actor} tried to withdraw {person} as {role}",
    "account": "{actor} tried to add {person} to the hub",
}
_OWN_TRIED = _TRIED | {
    "appointment": "{actor} tried to appoint themselves as {role}",
    "withdrawal": "{actor} tried to step down as {role}",
}
"""What was not done, or isn't known to be: what became of it is said after that."""

_DECIDED = {
    "appointment": "{actor} decided to make {person} {role}",
    "withdrawal": "{actor} decided to withdraw {person} as {role}",
}
_OWN_DECIDED = {
    "appointment": "{actor} decided to become {role}",
    "withdrawal": "{actor} decided to step down as {role}",
}
"""What has to be done where a group is kept: what became of it is said after that."""

_NOT_YET = "It has not been seen to be done yet."

_NOTED = {
    "appointment": "{actor} took note that {person} is {role}",
    "withdrawal": "{actor} took note that {person} is no longer {role}",
}
"""What was done elsewhere, without a decision here, and somebody lets stand."""

_FIRST = ": a {starts_with} is the first to hold it"
"""Why somebody is appointed without anybody having asked."""

_OPEN = "It is not known yet whether that was done."

_TERMS = {
    (False, True): "{actor} set the last day of {person} as {role} to {until}",
    (True, True): "{actor} changed the last day of {person} as {role} from {before} to {until}",
    (True, False): "{actor} removed the last day of {person} as {role}, which was {before}",
}
"""By whether there was a last day before, and is one now."""

_KEPT = {
    "added": "{actor} added {thing}",
    "changed": "{actor} changed {thing}",
    "set_aside": "{actor} set aside {thing}, which stands in the declaration",
    "taken_back": "{actor} took back what was written here about {thing}",
}
"""By what was done about something that is kept on the page."""

_REPLACED = "{actor} wrote {thing} in place of {named}"
"""The same, where somebody without an account got another name, or somebody else their place."""

_ERASURES = {
    "asked": "{actor} erased everything about one person",
    "age": "{actor} erased what was kept for long enough",
}
"""By why."""

_OPERATOR = "Somebody with access to the database"
"""Who runs a command on the machine of the ledger: nobody knows their name."""

_RESULTS = {
    ("appointment", "done"): "{person} is now {role}",
    ("appointment", "unchanged"): "{person} was already {role}",
    ("appointment", "not done"): "{person} did not become {role}",
    ("appointment", "refused"): "The hub refused to make {person} {role}",
    ("appointment", "unknown"): "The hub did not say whether {person} is now {role}",
    ("appointment", "pending"): "{person} is to become {role}, once that is done where the group"
    " {group} is kept",
    ("appointment", "taken back"): "{actor} took back the decision to make {person} {role}",
    ("appointment", "ended"): "The decision to make {person} {role} has ended: the account, or its"
    " group, is there no more",
    ("withdrawal", "pending"): "{person} is to be {role} no longer, once that is done where the"
    " group {group} is kept",
    ("withdrawal", "taken back"): "{actor} took back the decision to withdraw {person} as {role}",
    ("withdrawal", "ended"): "The decision to withdraw {person} as {role} has ended: the account,"
    " or its group, is there no more",
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
_ELSEWHERE: tuple[Result, ...] = ("pending", *OVER)
"""What becomes only of what has to be done elsewhere."""

_STILL = {
    ("appointment", "pending"): "{person} is to be added to {group}, and is already {role} through"
    " {through}",
    ("withdrawal", "pending"): "{person} is to be removed from {group}, and is still {role} through"
    " {through}",
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

_ERASED = "A decision about {role} has ended: somebody whom it concerned was erased"
"""The end of one where nobody is named any more."""

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
    "first": "{person} was already in {group} ({role}) when recording began",
    "lost": "{person} is no longer {role}: the group {group} does not stand for this role any more",
    "renamed": "The account{was} was renamed: {person} is still {role}",
    "renamed asker": "The account{was} was renamed: it is {person} now",
    "remade": "The account {person} was deleted and made again. It is in {group} ({role}), but what"
    " was recorded of the older account has ended",
}
_MANY_OBSERVATIONS = {
    "joined": "{number} people were added to {group} ({role}) outside this page",
    "left": "{number} people were removed from {group} ({role}) outside this page",
    "deleted": "{number} people left {group} ({role}): their accounts were deleted",
    "first": "{number} people were already in {group} ({role}) when recording began",
    "lost": "{number} people are no longer {role}: the group {group} does not stand for this role"
    " any more",
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


def sentence(entry: Entry, model: Model, names: Names) -> str:
    """What an entry says, with names that cannot pass for others."""
    return _whole(_pattern(entry, entry.facts), entry, entry.facts, model, names)


def deed_sentence(deed: Deed, model: Model, names: Names) -> str:
    """What was done, and, where that isn't said by it, what became of it."""
    if not deed.began.is_intent:
        return sentence(deed.began, model, names)
    own = deed.began.actor in (deed.began.person, deed.person)
    began = _about(deed)
    if any(ending.facts["result"] in _ELSEWHERE for ending in deed.endings):
        return _decided(deed, _OWN_DECIDED if own else _DECIDED, began, model, names)
    if "noted" in began.facts and deed.result == "unchanged":
        return sentence(began, model, names)
    through = deed.endings[-1].facts.get("through") if deed.endings else None
    facts = began.facts | ({"through": through} if through else {})
    if deed.result == "done" and through:
        return _whole((_OWN_IN_PART if own else _IN_PART)[began.event], began, facts, model, names)
    done, tried = (_OWN_DONE, _OWN_TRIED) if own else (_DONE, _TRIED)
    first = _FIRST if "starts_with" in facts else ""
    if deed.result == "done":
        return _whole(done[began.event] + first, began, facts, model, names)
    # who is appointed again, at a request, may have another last day from then on
    again = (began.event, deed.result) == ("appointment", "unchanged")
    said = _whole((done if again else tried)[began.event] + first, began, facts, model, names)
    return f"{said} {sentence(deed.endings[-1], model, names) if deed.endings else _OPEN}"


def _decided(
    deed: Deed, patterns: Mapping[str, str], began: Entry, model: Model, names: Names
) -> str:
    """What was decided, and what became of it elsewhere."""
    pattern = patterns[began.event] + (_FIRST if "starts_with" in began.facts else "")
    said, last = _whole(pattern, began, began.facts, model, names), deed.endings[-1]
    if deed.result == "pending":
        more = f" {sentence(last, model, names)}" if "through" in last.facts else ""
        return f"{said}{more} {_NOT_YET}"
    when = day(last.moment.date())
    seen = f"Done by {_actor(last, names)}" if last.actor_kind == "user" else "Seen"
    more = f" {seen} on {when}." if deed.result == "done" else ""
    return f"{said} {sentence(last, model, names)}{more}"


def run_sentence(run: Run, model: Model, names: Names) -> str:
    """What several deeds that are alike come to."""
    first = run[0].began
    if first.event == "observation":
        pattern = _MANY_OBSERVATIONS[_observed(first, first.facts)]
        return f"{_plain(pattern, first, first.facts, model, names, len(run))}."
    results = Counter(_MANY_RESULTS[deed.result] for deed in run)
    if len(results) == 1 and run[0].result == "done":
        return f"{_actor(first, names)} added {len(run)} people to the hub."
    became = ", ".join(
        f"{results[words]} {words}"
        for words in dict.fromkeys(_MANY_RESULTS.values())
        if words in results
    )
    return f"{_actor(first, names)} tried to add {len(run)} people to the hub: {became}."


def within_run(deed: Deed, model: Model, names: Names) -> str:
    """What one of the deeds of a run adds to what they come to: a name, mostly."""
    said = deed.began.event == "observation" or deed.result == "done"
    if said:
        return names.isolated(deed.person, deed.began.moment)
    return deed_sentence(deed, model, names)


def _about(deed: Deed) -> Entry:
    """The entry that it began with, about the account as the hub writes its name."""
    ended = deed.endings[-1].parts if deed.endings else {}
    person: dict[PartName, Part] = {"person": ended["person"]} if "person" in ended else {}
    return replace(deed.began, parts={**deed.began.parts, **person})


def _whole(pattern: str, entry: Entry, facts: Mapping[str, str], model: Model, names: Names) -> str:
    """A sentence with all that somebody said: until when, why, and to the next person."""
    said = _plain(pattern, entry, facts, model, names)
    if entry.event != "term" and "until" in facts:
        said += f", until {_day(facts['until'])}"
    said += "."
    for key, words in (("reason", "Reason"), ("note", "Note for the next person")):
        if facts.get(key) and (entry.event != "outcome" or "refusal" in facts):
            said += f" {words}: {quoted(facts[key])}"
    return said


def _plain(
    pattern: str,
    entry: Entry,
    facts: Mapping[str, str],
    model: Model,
    names: Names,
    number: int = 1,
) -> str:
    """The words of a sentence, without its end."""
    said = pattern.format(
        actor=_actor(entry, names),
        person=names.isolated(entry.person, entry.moment),
        group=isolated(entry.group),
        role=_title(model, entry.role),
        starts_with=_title(model, facts.get("starts_with", "")),
        through=isolated(facts.get("through", "")),
        named=_named(facts),
        was=_was(entry),
        thing=_thing(facts, _title(model, entry.role)),
        until=_day(facts.get("until")),
        before=_day(facts.get("before")),
        number=f"{number:,}",
    )
    return said[0].upper() + said[1:] if is_erased(entry.actor or entry.person) else said


def _was(entry: Entry) -> str:
    """The name that an account had, if that tells people anything."""
    told = readable(entry.was) and not is_erased(entry.was)
    return f" {isolated(entry.was)}" if told else ""


def _named(facts: Mapping[str, str]) -> str:
    """Somebody without an account, unless their name was erased."""
    return isolated(facts["named"]) if "named" in facts else "somebody who was erased"


def _thing(facts: Mapping[str, str], role: str) -> str:
    """What is kept on the page, by its name; a person with the role that they hold."""
    kind = facts.get("kind", "")
    called = f" {quoted(facts['title'])}" if "title" in facts else ""
    if kind == "person":
        return f"{called.strip() or 'a person'} ({role}, without an account)"
    return f"the {kind}{called}"


def _is_replaced(facts: Mapping[str, str]) -> bool:
    return facts["deed"] == "changed" and "named" in facts


def _actor(entry: Entry, names: Names) -> str:
    if entry.actor_kind == "operator":
        return _OPERATOR
    if entry.actor_kind == BY_PEOPLE:  # an account of that name would be somebody else
        return "somebody who was erased" if is_erased(entry.actor) else isolated(entry.actor)
    return "This service" if entry.actor == ITSELF else names.isolated(entry.actor, entry.moment)


def _title(model: Model, role_id: str) -> str:
    role = model.roles.get(role_id)
    return role.title if role else isolated(role_id)


def _day(said: str | None) -> str:
    return day(date.fromisoformat(said)) if said else ""


def _pattern(entry: Entry, facts: Mapping[str, str]) -> str:
    deeds = _OWN_DEEDS if entry.actor == entry.person else _DEEDS
    if "noted" in facts:
        return _NOTED[entry.event]
    if entry.event in ENDINGS and facts["result"] == "ended" and not entry.person:
        return _ERASED
    if entry.event in ENDINGS:
        return _REFUSED if "refusal" in facts else _result(facts)
    if entry.event == "erasure":
        return _ERASURES[facts["because"]]
    if entry.event == "observation":
        return _OBSERVATIONS[_observed(entry, facts)]
    if entry.event == "kept":
        return _REPLACED if _is_replaced(facts) else _KEPT[facts["deed"]]
    if entry.event == "term":
        return _TERMS["before" in facts, "until" in facts]
    if entry.event == "confirmation" and entry.actor_kind == BY_PEOPLE:
        return _BY_LINK
    verdict = facts.get("verdict", "")
    if verdict == "ended" and not entry.person:
        verdict = "erased"
    pattern = deeds[verdict or entry.event]
    return pattern + _FIRST if "starts_with" in facts else pattern


def _result(facts: Mapping[str, str]) -> str:
    result = facts["of"], facts["result"]
    return _STILL.get(result, _RESULTS[result]) if "through" in facts else _RESULTS[result]


def _observed(entry: Entry, facts: Mapping[str, str]) -> str:
    """What was seen, more closely than the change alone."""
    if facts["change"] == "renamed" and not entry.group:
        return "renamed asker"
    if facts["change"] == "joined" and "first" in facts:
        return "first"
    if facts["change"] == "left" and "through" in facts:
        return "left still"
    return "deleted" if "gone" in facts else facts["change"]
