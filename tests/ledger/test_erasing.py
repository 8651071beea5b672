"""Forgetting people: nothing of them is left, what happened is, and the chain still holds."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, text

from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.exports.ledger import csv_line, json_line
from jupyterhub_responsibility.exports.personal import about
from jupyterhub_responsibility.ledger.entry import Draft, Entry, stamp
from jupyterhub_responsibility.ledger.query import Wanted
from jupyterhub_responsibility.ledger.sentences import sentence
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.storage.erasing import Eraser, forget, forgettable, traces
from jupyterhub_responsibility.storage.readings import load, save
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.storage.sweeping import forget_older, older
from jupyterhub_responsibility.storage.tables import gaps
from jupyterhub_responsibility.text import is_erased

from ..unit.test_mentions import WRITTEN
from ..unit.test_text import HORRORS
from .conftest import NOW
from .tampering import change_part, directly

ROLE, GROUP = "hub-administrator", "hub-admins"
ROOT = Eraser("root", "user")


class Diary:
    """Writes what people do, day by day."""

    def __init__(self, store: Store) -> None:
        self.store, self.at = store, NOW

    def add(self, event: str, actor: str, person: str, kind: str = "user", **details) -> Entry:
        draft = Draft(event, actor, kind, ROLE, GROUP, person, details=details)
        (entry,) = self.store.append([draft], self.at)
        self.at += timedelta(hours=1)
        return entry

    def change(
        self, event: str, actor: str, person: str, typed: str = "", made: datetime = NOW, **details
    ) -> Entry:
        """Something that was done on the hub, perhaps with a name as somebody typed it."""
        intent = self.add(event, actor, typed or person, **details)
        more = {"created": stamp(made)} if event == "appointment" else {}
        said = {"of": event, "result": "done", **more}
        (ended,) = self.store.append(
            [Draft("outcome", actor, "user", ROLE, GROUP, person, intent.number, said)], self.at
        )
        return ended

    def seen(self, change: str, person: str, **details) -> Entry:
        return self.add("observation", "", person, "hub", change=change, **details)


def busy(store: Store, name: str, other: str = "rita") -> Diary:
    """Somebody asks, is appointed, writes and is written of, and leaves."""
    diary = Diary(store)
    asked = diary.add("request", name, name, expires="2027-01-01",
                      reason=f"I am {name} and would like to")  # fmt: skip
    diary.change("appointment", other, name, typed=name.upper(), request=str(asked.number))
    diary.add("confirmation", name, name, duties_digest="d1")
    diary.add("term", other, name, until="2027-01-01", reason=f"as {name} wished")
    proposed = diary.add("request", name, "uwe", expires="2027-01-01", reason="my own words")
    diary.add("decision", other, "uwe", request=str(proposed.number), verdict="declined",
              reason="an answer to them")  # fmt: skip
    diary.change("appointment", name, "uwe", reason="words of their own")
    diary.change("withdrawal", "uwe", "ina", reason=f"Ask {name}, they know")
    diary.change("withdrawal", name, name, note="what to know")
    return diary


def everything(store: Store, database: str) -> str:
    """All that is in the database, and in what is made of it, as text."""
    told = [line(entry) for entry in store.all() for line in (json_line, csv_line)]
    if store.sqlite:
        file = Path(make_url(database).database)
        files = [file, *file.parent.glob(f"{file.name}-*")]
        told += [each.read_bytes().decode("latin-1") for each in files]
    else:
        rows: list[str] = []
        for table in ("entries", "parts", "gaps", "channels", "readings"):
            query = text(f"SELECT * FROM responsibility_{table}")
            directly(database, lambda c, q=query: rows.extend(map(str, c.execute(q).all())))
        told += rows
    return "\n".join(told)


def test_nothing_of_them_is_left(store, database, declared):
    """Neither name nor words, in the file as in exports; the chain holds, and others stay."""
    name = "quirrenbach"
    busy(store, name)
    before = list(store.all())
    words = ("I am", "as quirrenbach", "my own words", "an answer", "words of their own", "Ask")
    words = (*words, "what to know")
    assert all(each in everything(store, database) for each in (name, name.upper(), *words))
    done = forget(store, name, ROOT, NOW + timedelta(days=9))
    store.tidy()
    left = everything(store, database)
    assert [each for each in (name, name.upper(), *words) if each in left] == []
    assert store.verify() == []
    after = list(store.all())
    assert [e.digest for e in after[: len(before)]] == [e.digest for e in before]
    assert (after[-1].event, after[-1].actor, after[-1].number) == ("erasure", "root", done.entry)
    assert done.parts == sum(len(entry.erased) for entry in after)
    said = [sentence(entry, declared.model, NOBODY_NAMED) for entry in after]
    assert "An account that was erased appointed" not in said[0]
    assert any("an account that was erased" in each.lower() for each in said)
    assert not any("\0" in each for each in said)
    assert {"rita", "uwe", "ina"} <= {e.person for e in after} | {e.actor for e in after}


@pytest.mark.parametrize("name", [each for each, _ in HORRORS.values() if each.strip()], ids=ascii)
def test_whatever_they_are_called(store, name):
    """Every name that a hub accepts can be forgotten, and no other goes with it."""
    Diary(store).change("appointment", "rita", name)
    Diary(store).change("withdrawal", "rita", name)
    assert forget(store, name, ROOT, NOW).parts == 4 + 1
    assert {entry.actor for entry in store.all()} == {"rita", "root"}
    assert all(is_erased(entry.person) for entry in store.all() if entry.event != "erasure")
    assert store.verify() == []
    assert forget(store, name, ROOT, NOW).parts == 0


def test_others_of_like_names_stay(store):
    """A name within another, or in other letters, is somebody else's."""
    for name in ("ana", "ANA", "ana-maria", "banana"):
        diary = Diary(store)
        diary.change("appointment", "rita", name, reason=f"for {name}")
        diary.change("withdrawal", name, name)
    forget(store, "ana", ROOT, NOW)
    left = {entry.person for entry in store.all() if not is_erased(entry.person)} - {""}
    assert left == {"ANA", "ana-maria", "banana"}
    reasons = [entry.facts["reason"] for entry in store.all() if "reason" in entry.facts]
    assert reasons == ["for banana"]  # in a text, "ana-maria" may mean ana


def test_the_names_that_they_had_before(store):
    """Who was renamed is forgotten with every name, but not who has such a name since."""
    diary = Diary(store)
    diary.change("appointment", "rita", "old")
    diary.seen("renamed", "new", was="old", created=stamp(NOW))
    diary.change("withdrawal", "new", "new")
    diary.change("appointment", "rita", "old", made=diary.at)
    forget(store, "new", ROOT, NOW)
    assert [entry.person for entry in store.all() if entry.person][-2:] == ["old", "old"]
    assert [e.number for e in store.all() if is_erased(e.person)] == [1, 2, 3, 4, 5]
    assert not any("was" in entry.facts for entry in store.all())


@pytest.mark.parametrize(("name", "text"), WRITTEN.values(), ids=WRITTEN.keys())
def test_their_name_in_what_others_wrote(store, name, text):
    """However it is written: the text goes, with whichever database."""
    diary = Diary(store)
    diary.change("appointment", "rita", name)
    diary.change("withdrawal", "rita", name)
    diary.change("withdrawal", "uwe-b", "ina", reason=text)
    diary.change("withdrawal", "uwe-b", "ina", reason="nothing to do with it")
    forget(store, name, ROOT, NOW)
    reasons = [entry.facts["reason"] for entry in store.all() if "reason" in entry.facts]
    assert reasons == (["nothing to do with it"] if name.strip() else [])


@pytest.mark.parametrize(
    ("name", "typed"), [("müller", "MÜLLER"), ("hanna", "Hanna"), ("weiß", "WEISS")]
)
def test_a_name_that_was_typed_in_other_letters(store, name, typed):
    """Also where nothing came of it: what the hub refused has the name as it was typed."""
    diary = Diary(store)
    diary.change("appointment", "rita", name)
    diary.change("withdrawal", "rita", name)
    wish = diary.add("appointment", "rita", typed)
    said = {"of": "appointment", "result": "refused", "reason": "no such user"}
    ended = Draft("outcome", "rita", "user", ROLE, GROUP, typed, wish.number, said)
    store.append([ended], diary.at)
    forget(store, name, ROOT, NOW)
    assert [e.person for e in store.all() if e.person and not is_erased(e.person)] == []


def renamed_twice(store: Store) -> Diary:
    """Somebody holds a role by a third name; another account has the first one by now."""
    diary = Diary(store)
    diary.change("appointment", "rita", "first")
    diary.seen("renamed", "second", was="first", created=stamp(NOW))
    diary.seen("renamed", "third", was="second", created=stamp(NOW))
    diary.change("account", "rita", "second")
    return diary


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_who_holds_a_role_by_another_name_is_kept(store, name):
    """Whichever of their names is asked for, and by age as well."""
    diary = renamed_twice(store)
    with pytest.raises(LedgerError, match="in the group hub-admins") as caught:
        forget(store, name, ROOT, NOW)
    assert ("They are called \u2068third\u2069 now" in str(caught.value)) == (name != "third")
    later = diary.at + timedelta(days=1)
    forget_older(store, later, later)
    kept = [e.person for e in store.all() if e.event != "erasure"]
    assert kept[:4] == ["first", "first", "second", "third"]


@pytest.mark.parametrize("name", ["first", "third"])
def test_every_name_goes_whichever_is_asked_for(store, name):
    """Also the names that came after it, and not whoever has one of them since."""
    diary = renamed_twice(store)
    diary.change("withdrawal", "rita", "third")
    diary.change("appointment", "rita", "first", made=diary.at, reason="somebody else")
    if name == "third":
        forget(store, name, ROOT, NOW)
        others = [e.person for e in store.all() if e.person and not is_erased(e.person)]
        assert others == ["second", "second", "first", "first"]
    else:
        with pytest.raises(LedgerError):  # the other one, who holds a role
            forget(store, name, ROOT, NOW)


@pytest.mark.parametrize("how", ["holds", "unknown"])
def test_who_holds_a_role_is_kept(store, how):
    """And so is whoever may; nothing is erased."""
    diary = Diary(store)
    if how == "holds":
        diary.change("appointment", "rita", "hanna")
    else:
        diary.add("appointment", "rita", "hanna")
    for work in (lambda: forget(store, "hanna", ROOT, NOW), lambda: forgettable(store, "hanna")):
        with pytest.raises(LedgerError, match="hanna cannot be forgotten") as caught:
            work()
    words = "hub-admins" if how == "holds" else "entry 1"
    assert words in str(caught.value)
    assert not any(entry.erased for entry in store.all())


def test_open_requests_end(store, declared):
    """What they asked for, and what was asked for them, can't be decided any more."""
    diary = Diary(store)
    diary.add("request", "hanna", "hanna", expires="2027-01-01")
    diary.add("request", "uwe", "hanna", expires="2027-01-01")
    diary.add("request", "uwe", "uwe", expires="2027-01-01")
    forget(store, "hanna", ROOT, NOW)
    state = LedgerState()
    for entry in store.all():
        state.read(entry)
    assert list(state.requests) == [3]
    ended = [
        sentence(e, declared.model, NOBODY_NAMED) for e in store.all() if e.event == "decision"
    ]
    said = "A request for Hub Administrator has ended: somebody whom it concerned was erased."
    assert ended == [said, said]


def test_what_others_asked_stays_open(store):
    """Their words about somebody who was forgotten go; what they asked for does not."""
    diary = Diary(store)
    diary.add("request", "uwe", "uwe", expires="2027-01-01", reason="hanna can tell")
    diary.change("withdrawal", "rita", "hanna")
    forget(store, "hanna", ROOT, NOW)
    state = LedgerState()
    for entry in store.all():
        state.read(entry)
    assert [(each.by, each.reason) for each in state.requests.values()] == [("uwe", "")]


def test_beside_the_ledger(store, database):
    """The history of gaps forgets the name, and what was read of accounts is read anew."""
    Diary(store).change("withdrawal", "rita", "hanna")
    rows = [{"kind": "k", "about": "a", "person": name, "since": stamp(NOW)}
            for name in ("hanna", "uwe")]  # fmt: skip
    directly(database, lambda connection: connection.execute(insert(gaps), rows))
    save(store, "accounts", '{"hanna": 1}')
    save(store, "others", '{"uwe": 1}')
    assert len(traces(store, "hanna").gaps) == 1
    assert forget(store, "hanna", ROOT, NOW).gaps == 1
    assert traces(store, "hanna").gaps == ()
    assert len(traces(store, "uwe").gaps) == 1
    assert (load(store, "accounts"), load(store, "others")) == ("", '{"uwe": 1}')


def test_what_is_said_beforehand_is_what_is_done(store):
    """And nothing is changed by saying it."""
    busy(store, "hanna")
    before = list(store.all())
    there = forgettable(store, "hanna")
    assert list(store.all()) == before
    assert forget(store, "hanna", ROOT, NOW).parts == there.parts
    assert forgettable(store, "hanna").says == "nothing"


def test_what_was_kept_for_long_enough(store):
    """Of people of whom nothing is recorded since, and what anybody wrote before; holders stay."""
    diary = Diary(store)
    diary.change("appointment", "rita", "holder", reason="long ago")
    diary.change("appointment", "rita", "gone", reason="long ago")
    diary.change("withdrawal", "gone", "gone", note="long ago")
    diary.at = NOW + timedelta(days=500)
    diary.change("appointment", "rita", "uwe", reason="lately")
    before, now = NOW + timedelta(days=100), NOW + timedelta(days=501)
    there = older(store, before)
    done = forget_older(store, before, now)
    assert (done.parts, done.parts) == (there.parts, 3 + 4 + 3)
    names = {entry.person for entry in store.all() if entry.person}
    assert {name for name in names if not is_erased(name)} == {"holder", "uwe"}
    assert [e.facts["reason"] for e in store.all() if "reason" in e.facts] == ["lately"]
    whys = [e.facts["because"] for e in store.all() if e.event == "erasure"]
    assert set(whys) == {"age"}
    assert store.verify() == []
    assert forget_older(store, before, now).says == "nothing"


def test_about_somebody(store):
    """Whoever asks for their data gets all of it, with what others wrote of them."""
    busy(store, "hanna")
    Diary(store).change("appointment", "rita", "uwe", reason="nothing to do with it")
    told = json.loads(about(traces(store, "hanna"), {}, store.end()))
    assert [each["name"] for each in told["names"]] == ["hanna", "HANNA"]
    reasons = [each["details"].get("reason") for each in told["entries"]]
    assert "Ask hanna, they know" in reasons
    assert "nothing to do with it" not in reasons
    assert len(told["entries"]) == len(list(store.all())) - 3


def test_who_removes_a_name_by_hand_is_found(store, database):
    """Only an erasure that is in the chain may take it away."""
    Diary(store).change("withdrawal", "rita", "hanna")
    forget(store, "hanna", ROOT, NOW)
    gone = {"salt": None, "text": None, "erasure": 3}
    directly(database, change_part(1, "actor", **gone), armed=False)
    assert store.verify() == ["entry 1: who did it was removed, and no erasure says so"]


def test_their_name_is_not_found(store):
    """Whoever looks for it in the log finds nothing."""
    busy(store, "hanna")
    forget(store, "hanna", ROOT, NOW)
    assert store.page(Wanted(person="hanna"), None, 9) == []
    assert store.deeds(Wanted(person="hanna"), None, 9) == []
