"""Several accounts of one name, one after the other: each has its own, and goes by itself."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.domain.channels import Said
from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.exports.personal import about
from jupyterhub_responsibility.ledger.entry import stamp
from jupyterhub_responsibility.storage import channels, spans
from jupyterhub_responsibility.storage.erasing import forget, traces
from jupyterhub_responsibility.storage.readings import everything, save
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.text import is_erased

from .conftest import NOW
from .test_erasing import ROOT, Diary
from .test_erasing import everything as everything_stored

FIRST, SECOND = NOW - timedelta(days=1), NOW + timedelta(days=20)
ONE, OTHER = stamp(FIRST), stamp(SECOND)


def both(store: Store) -> Diary:
    """hanna comes and goes; another hanna comes, and holds a role."""
    diary = Diary(store)
    diary.change("appointment", "rita", "hanna", made=FIRST, reason="the first one")
    spans.note(store, [("k", "first", "hanna")], (), diary.at)
    diary.add("confirmation", "hanna", "hanna", duties_digest="d")
    diary.change("withdrawal", "hanna", "hanna", note="from the first one")
    diary.change("withdrawal", "rita", "ina", reason="as the first hanna said")
    diary.at = SECOND + timedelta(days=1)
    spans.note(store, [("k", "second", "hanna")], (), diary.at)
    diary.add("request", "hanna", "hanna", expires="2027-01-01", reason="the second one",
              created=OTHER, asker_created=OTHER)  # fmt: skip
    diary.change("appointment", "rita", "hanna", made=SECOND, reason="the second one, too")
    diary.add("confirmation", "hanna", "hanna", duties_digest="d")
    diary.change("withdrawal", "rita", "ina", reason="as the second hanna said")
    return diary


def told(store: Store, made: str) -> dict:
    return json.loads(about(traces(store, "hanna", made), everything(store), store.end()))


def test_it_has_to_be_clear_who_is_meant(store):
    """Nobody gets another one's data by mistake: it is said when each was made."""
    both(store)
    for made in ("", "2026", "1999-01-01"):
        with pytest.raises(LedgerError, match="stood for 2 accounts") as caught:
            traces(store, "hanna", made)
        assert f"made: {ONE}; {OTHER}." in str(caught.value)
    assert len(told(store, "all")["accounts"]) == 2
    assert [len(told(store, made)["accounts"]) for made in (ONE, OTHER[:10])] == [1, 1]


def test_nobody_gets_the_data_of_another(store):
    """Entries, texts and gaps are of one of them, and together they are all that there is."""
    both(store)
    first, second = told(store, ONE), told(store, OTHER)
    assert first["accounts"] == [{"made": ONE, "until_entry": 5}]
    assert second["accounts"] == [{"made": OTHER, "until_entry": None}]
    assert "second" not in str((first["entries"], first["gaps"]))
    assert "first" not in str((second["entries"], second["gaps"]))
    numbers = [each["number"] for said in (first, second) for each in said["entries"]]
    whole = told(store, "all")["entries"]
    assert sorted(numbers) == [each["number"] for each in whole]
    assert [len(each["gaps"]) for each in (first, second)] == [1, 1]


def test_the_first_can_go_while_the_second_holds_a_role(store):
    """Nothing of the second is erased, and the second is kept as ever."""
    both(store)
    before = told(store, OTHER)
    with pytest.raises(LedgerError, match="hold a role"):
        forget(store, "hanna", ROOT, NOW, OTHER)
    with pytest.raises(LedgerError, match="can erase another one of them"):
        forget(store, "hanna", ROOT, NOW)
    done = forget(store, "hanna", ROOT, NOW + timedelta(days=30), ONE)
    assert (done.parts, done.gaps) == (2 + 2 + 2 + 3 + 2 + 1, 1)
    after = told(store, "")
    assert [after[each] for each in ("names", "entries", "gaps")] == [
        before[each] for each in ("names", "entries", "gaps")
    ]
    left = str([entry.facts for entry in store.all()])
    assert ("first" in left, "second" in left) == (False, True)
    assert store.verify() == []


def test_made_again_while_holding_a_role(store):
    """The hub was seen with another account of the name: what came before it is the first one's."""
    diary = Diary(store)
    diary.change("appointment", "rita", "hanna", made=FIRST)
    diary.at = SECOND + timedelta(hours=1)
    diary.seen("remade", "hanna", created=OTHER)
    diary.add("confirmation", "hanna", "hanna", duties_digest="d")
    assert [e["number"] for e in told(store, ONE)["entries"]] == [1, 2]
    assert [e["number"] for e in told(store, OTHER)["entries"]] == [3, 4]
    forget(store, "hanna", ROOT, NOW, ONE)
    assert [is_erased(e.person) for e in store.all()][:4] == [True, True, False, False]


def test_a_name_that_somebody_else_took(store):
    """Who was renamed is one account, and whoever got the old name another."""
    diary = Diary(store)
    diary.change("appointment", "rita", "hanna", made=FIRST)
    diary.seen("renamed", "johanna", was="hanna", created=ONE)
    diary.at = SECOND
    diary.add("account", "rita", "hanna")
    diary.change("appointment", "rita", "hanna", made=SECOND)
    assert [e["number"] for e in told(store, ONE)["entries"]] == [1, 2, 3]
    assert [e["number"] for e in told(store, OTHER)["entries"]] == [4, 5, 6]
    assert [each["name"] for each in told(store, ONE)["names"]] == ["hanna", "johanna"]
    with pytest.raises(LedgerError, match="They are called \u2068johanna\u2069 now"):
        forget(store, "hanna", ROOT, NOW, ONE)


def test_one_that_nothing_tells_of(store):
    """What was recorded of a name before its account was made is of an unknown one."""
    diary = Diary(store)
    diary.change("withdrawal", "rita", "hanna")
    diary.at = SECOND
    diary.change("appointment", "rita", "hanna", made=SECOND)
    assert [e["number"] for e in told(store, "unknown")["entries"]] == [1, 2]
    assert told(store, "unknown")["accounts"] == [{"made": None, "until_entry": 2}]


def test_what_was_read_of_the_account(store):
    """It is that of whoever has the name now; nobody else's is in there."""
    both(store)
    read = {
        "accounts": {
            "found": {"hanna": {"admin": True}, "uwe": {"admin": False}},
            "gone": ["hanna", "ina"],
            "names": {"hanna": {"display_name": "Hanna H."}},
        },
        "last": "hanna",
    }
    save(store, "accounts", json.dumps(read))
    save(store, "looked", OTHER)
    assert told(store, ONE)["readings"] == []
    assert told(store, OTHER)["readings"] == [
        {"where": "accounts.accounts.found", "says": {"admin": True}},
        {"where": "accounts.accounts.gone", "says": "hanna"},
        {"where": "accounts.accounts.names", "says": {"display_name": "Hanna H."}},
        {"where": "accounts.last", "says": "hanna"},
    ]


def test_a_clock_that_is_ahead_makes_nobody_else(store):
    """The hub makes the account of a user who is added after that was recorded."""
    diary = Diary(store)
    diary.change("account", "rita", "hanna")
    diary.change("appointment", "rita", "hanna", made=NOW + timedelta(seconds=30))
    assert len(told(store, "")["accounts"]) == 1


def test_the_commands(store, database, capsys):
    """They do nothing until it is clear who is meant, and then what was asked for."""
    both(store)

    def run(*words: str) -> tuple[int, str]:
        status = main(["ledger", *words, "--database", database])
        return status, "".join(capsys.readouterr())

    for words in (["about", "hanna"], ["forget", "hanna"], ["forget", "hanna", "--yes"]):
        status, said = run(*words)
        assert (status, f"made: {ONE}; {OTHER}" in said) == (2, True)
    assert not any(entry.erased for entry in store.all())
    status, said = run("about", "hanna", "--made", ONE)
    assert (status, json.loads(said)) == (0, told(store, ONE))
    assert "Nothing was erased yet" in run("forget", "hanna", "--made", ONE)[1]
    assert run("forget", "hanna", "--made", ONE, "--yes")[0] == 0
    assert "second" in run("about", "hanna")[1]


def test_how_to_reach_them_goes_too(store, database):
    """What an account says of itself is told, and erased; what the other one of its name says is
    not."""
    both(store)
    for made, address in ((ONE, "one@reef.example"), (OTHER, "other@reef.example")):
        channels.save(store, "hanna", made, {"email": Said(address, "everybody")}, NOW)
    assert [each["text"] for each in told(store, ONE)["channels"]] == ["one@reef.example"]
    done = forget(store, "hanna", ROOT, NOW, ONE)
    assert (done.channels, "1 way to reach them" in done.says) == (1, True)
    assert [each.created for each in channels.read(store)] == [OTHER]
    store.tidy()
    assert "one@reef.example" not in everything_stored(store, database)
