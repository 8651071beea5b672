"""Ledgers that are kept: they verify, read and render the same for ever.

Each file in `golden/` is an export, digests and all, with two beside it: what its entries say to
people (`.says`), and what follows from them (`.state`). Nothing here writes them. A kind of entry
that is new comes in a new file; those that are there stay as they are, since hubs have such
ledgers. Where a sentence is to be another one, `.says` is changed by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.exports.ledger import json_line
from jupyterhub_responsibility.ledger.chain import breaks, digest
from jupyterhub_responsibility.ledger.entry import Entry
from jupyterhub_responsibility.ledger.kinds import (
    ACTOR_KINDS,
    DETAILS,
    EVENTS,
    PARTS,
)
from jupyterhub_responsibility.ledger.sentences import sentence
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.text import visible

from .reading import entry_of

FOLDER = Path(__file__).parent / "golden"
LEDGERS = sorted(FOLDER.glob("*.jsonl"))
TITLES = {
    "hub-administrator": "Hub Administrator",
    "community-representative": "Community Representative",
    "guide": "Guide",
}
MODEL = SimpleNamespace(roles={role: SimpleNamespace(title=each) for role, each in TITLES.items()})
"""A model of their own: what roles are called may change."""


def read(path: Path) -> list[Entry]:
    return [entry_of(line) for line in path.read_text(encoding="utf-8").splitlines()]


def beside(path: Path, ending: str) -> list[str]:
    """What is kept beside a ledger, line by line."""
    return path.with_suffix(ending).read_text(encoding="utf-8").splitlines()


def said(entries: list[Entry]) -> list[str]:
    """What entries say, without the marks that keep names to themselves."""
    marks = dict.fromkeys(map(ord, "\u2068\u2069"))
    return [
        f"{each.number}. {sentence(each, MODEL, NOBODY_NAMED).translate(marks)}" for each in entries
    ]


def follows(state: LedgerState) -> Iterator[str]:
    """What a state tells, in lines."""
    for (role, who), term in sorted(state.terms.items()):
        yield f"term: {role} {visible(who)} by {visible(term.by)} {term.since} - {term.until}"
    for (role, who), each in sorted(state.confirmations.items()):
        yield f"confirmed: {role} {visible(who)} {each.at} {each.duties_digest}"
    for number, each in sorted(state.requests.items()):
        yield f"request: {number} {each.role} {visible(each.person)} by {visible(each.by)}"
    for (role, who), each in sorted(state.answers.items()):
        yield f"answer: {role} {visible(who)} {'yes' if each.approved else 'no'} {each.message}"
    for role, each in sorted(state.notes.items()):
        yield f"note: {role} {each.text}"
    for role, who in sorted(state.words.known()):
        word, yes = state.words.of(role, who), state.words.of(role, who).confirmation
        said = f"{yes.at} {yes.duties_digest}" if yes else word.denied_at
        waits = f" waits since {word.number}" if word.open else ""
        yield f"word: {role} {who} asked {len(word.asked)}, {said}{waits}"
    for group, names in sorted(state.members.items()):
        yield f"members: {group} {', '.join(sorted(map(visible, names)))}"
    for (role, who), at in sorted(state.joined.items()):
        yield f"joined: {role} {visible(who)} {at}"
    for (role, who), at in sorted(state.departed.items()):
        yield f"departed: {role} {visible(who)} {at}"
    for (role, group, who), each in sorted(state.pending.items()):
        what = "add" if each.appoints else "remove"
        yield f"pending: {what} {visible(who)} {role} {group} by {visible(each.by)}"
    yield f"unsettled: {sorted(state.unsettled)}"
    yield f"ever held: {sorted(state.ever_held)}"
    yield f"ends at: {state.number} {state.digest}"


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_it_verifies(path):
    """Each digest is the one that is written out, and the chain is whole, parts included."""
    entries = read(path)
    assert [digest(each) for each in entries] == [each.digest for each in entries]
    assert breaks(entries, (entries[-1].number, entries[-1].digest)) == []


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_it_is_exported_as_it_is_kept(path):
    """Whatever was in an export is in it still, under the same name."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(json_line(each)) for each in read(path)] == [*map(json.loads, lines)]


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_it_says_the_same(path):
    """Each entry has its sentence."""
    assert said(read(path)) == beside(path, ".says")


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_the_same_follows_from_it(path):
    """Who holds what, since and until when, and what is open."""
    state = LedgerState()
    for entry in read(path):
        state.read(entry)
    assert list(follows(state)) == beside(path, ".state")


def test_everything_is_in_one_of_them():
    """Each kind of entry with each of its details, each choice, kind of actor, and erased part."""
    entries = [entry for path in LEDGERS for entry in read(path)]
    names = {
        (each.event, name)
        for each in entries
        for name in (*each.facts, *(part for part in each.parts if part in DETAILS))
    }
    assert names == {(event, name) for event, kind in EVENTS.items() for name in kind.details}
    choices = {(name, value) for each in entries for name, value in each.facts.items()}
    assert choices >= {(name, one) for name, kind in DETAILS.items() for one in kind.choices}
    assert {each.event for each in entries} == EVENTS.keys()
    assert {each.actor_kind for each in entries} == ACTOR_KINDS.keys()
    assert {name for each in entries for name in each.erased} == PARTS.keys()
