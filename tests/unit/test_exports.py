"""Exports: who holds what and whom to ask, with the age of each fact, and the file for others."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime, timezone

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, with_config

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.declaration import dump, load
from jupyterhub_responsibility.domain.duties import duties_digest
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.exports.declaration import for_another_hub
from jupyterhub_responsibility.exports.formats import (
    BYTE_ORDER,
    ContactsFile,
    HoldersFile,
    contacts_csv,
    contacts_json,
    holders_csv,
    holders_json,
)
from jupyterhub_responsibility.exports.lines import contact_lines
from jupyterhub_responsibility.ledger.anchors import kept_in
from jupyterhub_responsibility.ledger.state import Confirmation, LedgerState, Term
from jupyterhub_responsibility.service.downloads import DOWNLOADS, FileSource

from .declarations import WHOLE, declare, hub, write

ADMIN, REP, GUIDE = "hub-administrator", "community-representative", "community-guide"
READ_AT = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
DECLARED_AT = datetime(2026, 11, 1, 9, tzinfo=timezone.utc)
NOW = datetime(2026, 11, 22, 10, 43, tzinfo=timezone.utc)
MARLOW = {"name": "Marlow", "email": "marlow@reef.example", "review_by": date(2027, 6, 30)}
MEMBERS = {"hub-admins": ("hanna", "rita"), "community-reps": ()}
ORIGIN = "https://hub.example"


@pytest.fixture
def declared():
    return load(declare(roles={GUIDE: {"people": [MARLOW]}}), DECLARED_AT)


@pytest.fixture
def state(declared) -> LedgerState:
    """Hanna was appointed, with a term, and has confirmed; rita confirmed something else."""
    state = LedgerState()
    state.terms[ADMIN, "hanna"] = Term(DECLARED_AT, "rita", date(2027, 6, 30))
    text = duties_digest(declared.model, declared.model.roles[ADMIN])
    state.confirmations[ADMIN, "hanna"] = Confirmation(READ_AT, text)
    state.confirmations[ADMIN, "rita"] = Confirmation(READ_AT, "something else")
    return state


def snapshot(declared, roster, state, ledger_read: bool = True) -> Snapshot:
    return Snapshot(declared, roster, state, NOW, ledger_read=ledger_read)


def of(declared) -> Snapshot:
    """What is known of a hub of which nothing was read yet."""
    return Snapshot(declared, Roster(), LedgerState(), NOW)


def source(known: Snapshot) -> FileSource:
    """What files are made from, for hanna."""
    return FileSource(known, Viewer("hanna"), (), ORIGIN, "/services/responsibilities/", NOW)


def ended(state: LedgerState) -> LedgerState:
    """The same with a last entry."""
    state.number, state.digest = 120, "ab" * 32
    return state


def rows(*known, **options) -> list[dict[str, str]]:
    """The rows of holders.csv."""
    text = holders_csv(snapshot(*known, **options))
    assert text.startswith(BYTE_ORDER)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER), newline="")))


def said(*known, **options) -> dict:
    """What holders.json says."""
    return json.loads(holders_json(snapshot(*known, **options), NOW))


def test_who_holds_what(declared, state):
    """Each holder has a row with how, since and until when, what they confirmed, and its age."""
    hanna = next(r for r in rows(declared, Roster(READ_AT, MEMBERS), state) if r["name"] == "hanna")
    assert hanna == {
        "role": ADMIN,
        "title": "Hub Administrator",
        "name": "hanna",
        "display_name": "",
        "kind": "account",
        "through": "hub-admins",
        "since": "2026-11-01T09:00:00+00:00",
        "until": "2027-06-30",
        "confirmed": "confirmed",
        "confirmed_at": "2026-11-22T10:42:07+00:00",
        "leaving": "",
        "as_of": "2026-11-22T10:42:07+00:00",
        "known_from": "hub",
        "unseen_since": "",
        "ledger": "",
    }


def test_every_export_says_where_the_ledger_ends(declared, state):
    """In every row of a table, and once for a program, as far as it was read."""
    known = declared, Roster(READ_AT, MEMBERS), ended(state)
    whole = snapshot(*known)
    assert {row["ledger"] for row in rows(*known)} == {f"120:{'ab' * 32}"}
    table = contacts_csv(whole, ORIGIN).splitlines()
    assert table[0].endswith(",as_of,ledger")
    assert all(line.endswith(f",120:{'ab' * 32}") for line in table[1:])
    for text in (holders_json(whole, NOW), contacts_json(whole, ORIGIN, NOW)):
        assert json.loads(text)["ledger"] == {"number": 120, "digest": "ab" * 32}
    unread = snapshot(*known, ledger_read=False)
    assert json.loads(holders_json(unread, NOW))["ledger"] is None


@pytest.mark.parametrize("download", DOWNLOADS, ids=lambda each: each.name)
def test_every_file_can_be_compared_with(declared, state, download):
    """Whatever is to download says where the ledger ends, and `ledger verify` finds it there."""
    whole = snapshot(declared, Roster(READ_AT, MEMBERS), ended(state))
    text = download.write(source(whole))
    assert kept_in(text) == [whole.ledger_end]
    assert kept_in("\r\n".join(text.splitlines())) == [whole.ledger_end]
    empty = download.write(source(snapshot(declared, Roster(READ_AT, MEMBERS), LedgerState())))
    with pytest.raises(LedgerError, match="no entry in it"):
        kept_in(empty)


def test_a_table_without_rows_says_where_the_ledger_ends(declared, state):
    """A row that says nothing else."""
    nobody = replace(declared, contacts=(), people={})
    text = contacts_csv(snapshot(nobody, Roster(READ_AT, MEMBERS), ended(state)), ORIGIN)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER), newline=""))
    assert {name for name, cell in row.items() if cell} == {"ledger"}
    assert kept_in(text) == [(120, "ab" * 32)]


def test_what_the_ledger_does_not_say_is_empty(declared, state):
    """An account that was not appointed here has no term; whoever confirmed long ago is due."""
    found = {(r["role"], r["name"]): r for r in rows(declared, Roster(READ_AT, MEMBERS), state)}
    rita = found[ADMIN, "rita"]
    assert (rita["since"], rita["until"], rita["confirmed"]) == ("", "", "due")
    marlow = found[GUIDE, "Marlow"]
    assert (marlow["kind"], marlow["through"], marlow["confirmed"]) == ("person", "declaration", "")
    assert marlow["as_of"] == "2026-11-01T09:00:00+00:00"


def test_a_role_that_nobody_holds_has_a_row(declared, state):
    """A vacancy is data, with the age of what it was read from."""
    found = {r["role"]: r for r in rows(declared, Roster(READ_AT, MEMBERS), state)}
    assert set(found) == set(declared.model.roles)
    vacant, unnamed = found[REP], found["site-reliability-engineer"]
    assert (vacant["kind"], vacant["name"]) == ("nobody", "")
    assert vacant["as_of"] == "2026-11-22T10:42:07+00:00"
    assert (unnamed["kind"], unnamed["as_of"]) == ("nobody", "2026-11-01T09:00:00+00:00")


def test_what_the_hub_does_not_say_is_not_passed_off_as_empty(declared, state):
    """While the roster is unknown, mapped roles say so; people are there, with their own age."""
    roster = Roster(trouble="The hub is down")
    found = rows(declared, roster, state)
    assert {(r["role"], r["kind"], r["as_of"]) for r in found if r["role"] in (ADMIN, REP)} == {
        (ADMIN, "unknown", ""),
        (REP, "unknown", ""),
    }
    assert "Marlow" in {r["name"] for r in found}
    whole = said(declared, roster, state)
    assert (whole["as_of"], whole["trouble"]) == (None, "The hub is down")


def test_a_role_held_by_a_person_is_still_unknown(state):
    """Somebody without an account holds it; who else does, the hub doesn't say."""
    declared = hub(roles={REP: {"groups": ["community-reps"], "people": [MARLOW]}})
    found = [r for r in rows(declared, Roster(), state) if r["role"] == REP]
    assert [(r["kind"], r["name"]) for r in found] == [("unknown", ""), ("person", "Marlow")]


def test_until_the_ledger_has_been_read_confirmations_are_unknown(declared, state):
    """What comes later in the ledger may change what was said earlier: nothing of it is said."""
    roster = Roster(READ_AT, MEMBERS)
    found = rows(declared, roster, state, ledger_read=False)
    assert {r["confirmed"] for r in found if r["kind"] == "account"} == {"unknown"}
    assert not any(r["since"] or r["until"] or r["confirmed_at"] for r in found)
    assert said(declared, roster, state, ledger_read=False)["ledger_read"] is False


def test_both_formats_say_the_same(declared, state):
    """A row of the JSON is the row of the CSV; null is an empty cell."""
    roster = Roster(READ_AT, MEMBERS)
    plain = [
        {**{key: value or "" for key, value in row.items()}, "ledger": ""}
        for row in said(declared, roster, state)["holders"]
    ]
    assert plain == rows(declared, roster, state)


STRICT = with_config(ConfigDict(extra="forbid"))


def test_json_is_as_its_types_say(declared, state):
    """Each key is there, with a value of its type, and no other; files say when they were made."""
    whole = said(declared, Roster(READ_AT, MEMBERS), state)
    TypeAdapter(STRICT(HoldersFile)).validate_python(whole, strict=True)
    assert whole["made_at"] == "2026-11-22T10:43:00+00:00"
    contacts = json.loads(contacts_json(of(load(WHOLE, DECLARED_AT)), ORIGIN, NOW))
    TypeAdapter(STRICT(ContactsFile)).validate_python(contacts, strict=True)
    assert contacts["as_of"] == "2026-11-01T09:00:00+00:00"


def test_whom_to_ask():
    """A contact says what it is for by name; whoever has an address but no account is one too."""
    declared = load(WHOLE, DECLARED_AT)
    contact_finder, marlow = json.loads(
        contacts_json(of(declared), ORIGIN, NOW)
    )["contacts"]  # fmt: skip
    assert contact_finder == {
        "id": "desk",
        "kind": "contact",
        "name": "Desk",
        "for": ["Everyone", "Dust", "Shelves", "Keeper"],
        "email": "desk@keepers.example",
        "telephone": "040 123",
        "url": "https://keepers.example/desk",
        "chat": "",
        "through": "",
        "hours": "Mon–Fri 9–17",
        "languages": ["en", "pt-BR"],
        "review_by": "2027-06-30",
        "as_of": "2026-11-01T09:00:00+00:00",
    }
    assert (marlow["kind"], marlow["id"], marlow["for"]) == ("person", "", ["Reader"])
    assert marlow["review_by"] == "2027-06-30"


def test_contacts_as_a_table():
    """Several values of a cell are separated by semicolons; a telephone number is no formula."""
    contact = {"id": "a", "name": "=A", "telephone": "+49 40 1", "languages": ["en", "de"]}
    declared = hub(contacts=[contact])
    text = contacts_csv(of(declared), ORIGIN).removeprefix(BYTE_ORDER)
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["name"], row["telephone"], row["languages"]) == ("'=A", "'+49 40 1", "en; de")


@pytest.mark.parametrize(
    ("url", "complete"),
    [
        ("/hub/home", "https://hub.example/hub/home"),
        ("https://reef.example/x", "https://reef.example/x"),
        ("", ""),
    ],
)
def test_addresses_are_complete(url, complete):
    """What is taken along is read where the hub isn't: its pages get their whole address."""
    declared = hub(contacts=[{"id": "a", "name": "A"} | ({"url": url} if url else {})])
    (line,) = contact_lines(of(declared), ORIGIN)
    assert line.url == complete


NAMES = st.text(min_size=1, max_size=20)


@given(st.lists(NAMES, unique=True, max_size=5))
def test_every_name_is_taken_along(names):
    """Whatever accounts are called, the JSON has each name as the hub has it, and the CSV a row."""
    roster = Roster(READ_AT, {"hub-admins": tuple(names), "community-reps": ()})
    declared = hub()
    found = said(declared, roster, LedgerState())["holders"]
    assert [r["name"] for r in found if r["role"] == ADMIN] == (names or [""])
    if not any("\0" in name for name in names):  # which csv cannot read, before Python 3.11.4
        assert len(rows(declared, roster, LedgerState())) == len(found)


# -- for another hub


def test_the_file_says_that_it_has_what_is_kept_on_pages():
    """Only where something of it is."""
    declared = load(WHOLE, DECLARED_AT)
    kept = replace(declared, ages={declared.contacts[0]: DECLARED_AT})
    said = "and kept on its pages since"
    assert (said in for_another_hub(kept), said in for_another_hub(declared)) == (True, False)


def test_the_file_for_another_hub_is_read_back_the_same(tmp_path):
    """It needs no other file, and says the same as this hub's own."""
    declared = load(WHOLE)
    path = write(tmp_path, "", "theirs.yaml")
    path.write_text(for_another_hub(declared), encoding="utf-8")
    copied = load(path)
    assert replace(copied, source=declared.source) == declared


def test_it_says_at_the_top_what_to_change():
    """Whoever opens it reads first whose it is, how old, and what is that hub's own."""
    text = for_another_hub(load(WHOLE, DECLARED_AT))
    head, _, rest = text.partition("\n\n")
    assert all(line.startswith("#") for line in head.splitlines())
    for word in ("Readers", "1 Nov 2026", "groups", "people", "contacts", "staff", "initial"):
        assert word in head
    assert yaml.safe_load(rest) == dump(load(WHOLE))


def test_every_part_that_is_a_hubs_own_is_named():
    """Whatever a declaration says about one hub, and not about the model, is in the list."""
    head = for_another_hub(load(WHOLE)).partition("\n\n")[0]
    exported = dump(load(WHOLE))
    own = set(exported) - {"title", "model", "areas"}
    assert all(f"#   {key}" in head or f", {key}" in head for key in own)
