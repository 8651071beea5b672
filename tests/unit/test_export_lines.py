"""Exports line by line: everybody who can be reached in whatever way, with all that is known."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
import yaml

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.model import Roster
from jupyterhub_responsibility.exports import spreadsheet
from jupyterhub_responsibility.exports.declaration import for_another_hub
from jupyterhub_responsibility.exports.formats import (
    BYTE_ORDER,
    contacts_csv,
    contacts_json,
    holders_csv,
    holders_json,
)
from jupyterhub_responsibility.exports.ledger import COLUMNS, FORMATS, csv_line, json_line
from jupyterhub_responsibility.exports.lines import (
    ContactLine,
    HolderLine,
    contact_lines,
    holder_lines,
)
from jupyterhub_responsibility.exports.report import as_markdown, as_text, below
from jupyterhub_responsibility.exports.vcard import vcards
from jupyterhub_responsibility.ledger.chain import BEGINNING, seal, write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.state import Confirmation, LedgerState, Term

from .declarations import WHOLE, declare, hub
from .test_exports import ADMIN, DECLARED_AT, GUIDE, NOW, ORIGIN, READ_AT, REP, of, snapshot

WAYS = {
    "email": ("gus@reef.example", "EMAIL:gus@reef.example"),
    "telephone": ("+49 40 1", "TEL:+49 40 1"),
    "url": ("https://reef.example/gus", "URL:https://reef.example/gus"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_person_with_a_single_way_to_reach_them_is_taken_along(way):
    """Mail, telephone and web address each suffice: as a line, and as a card."""
    address, written = WAYS[way]
    declared = hub(roles={GUIDE: {"people": [{"name": "Gus", way: address}]}})
    (line,) = contact_lines(of(declared), ORIGIN)
    assert (line.kind, line.name, getattr(line, way)) == ("person", "Gus", address)
    assert f"\r\n{written}\r\n" in vcards([line], ORIGIN)


@pytest.mark.parametrize("way", WAYS)
def test_a_contact_with_a_single_way_to_reach_it_has_a_card(way):
    """And one that cannot be reached has none, though it is on the list."""
    address, written = WAYS[way]
    declared = hub(contacts=[{"id": "a", "name": "A", way: address}, {"id": "b", "name": "B"}])
    lines = contact_lines(of(declared), ORIGIN)
    assert [line.id for line in lines] == ["a", "b"]
    cards = vcards(lines, ORIGIN)
    assert cards.count("BEGIN:VCARD") == 1
    assert f"\r\n{written}\r\n" in cards


def test_a_person_who_cannot_be_reached_is_not_on_the_list():
    """Those after them are, each once, with every role that they hold."""
    people = [{"name": "Mute"}, {"name": "Gus", "url": "/gus", "review_by": date(2027, 1, 1)}]
    declared = load(
        declare(roles={GUIDE: {"people": people}, ADMIN: {"groups": ["a"], "people": people}}),
        DECLARED_AT,
    )
    (line,) = contact_lines(of(declared), ORIGIN)
    titles = tuple(declared.model.roles[each].title for each in declared.people)
    assert len(titles) == 2
    assert line == ContactLine(
        "person",
        "",
        "Gus",
        titles,
        "",
        "",
        "https://hub.example/gus",
        DECLARED_AT,
        review_by=date(2027, 1, 1),
    )


def test_a_contact_is_taken_along_with_all_that_is_declared():
    """Each field in its place."""
    desk = contact_lines(of(load(WHOLE, DECLARED_AT)), ORIGIN)[0]
    assert desk == ContactLine(
        "contact",
        "desk",
        "Desk",
        ("Everyone", "Dust", "Shelves", "Keeper"),
        "desk@keepers.example",
        "040 123",
        "https://keepers.example/desk",
        DECLARED_AT,
        "Mon–Fri 9–17",
        ("en", "pt-BR"),
        ("lost book",),
        date(2027, 6, 30),
    )


def test_a_card_says_everything():
    """Line by line, for address books that read nothing else."""
    line = ContactLine(
        "person", "", "Gus; Jr.", ("Guide", "Host"), "g@x.example", "1", "https://x.example",
        datetime(2026, 11, 1, 10, tzinfo=timezone(timedelta(hours=1))), "9–17", ("en", "de"),
        ("a, b", "c"), date(2027, 1, 1),
    )  # fmt: skip
    written = vcards([line], ORIGIN).replace("\r\n ", "").split("\r\n")
    assert written[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    assert written[2].startswith("PRODID:-//jupyterhub-responsibility//")
    assert written[3].startswith("UID:urn:uuid:")
    assert written[4:] == [
        "KIND:individual",
        "FN:Gus\\; Jr.",
        "EMAIL:g@x.example",
        "TEL:1",
        "URL:https://x.example",
        "LANG:en",
        "LANG:de",
        "ROLE:Guide",
        "ROLE:Host",
        "CATEGORIES:a\\, b,c",
        "NOTE:For: Guide\\, Host\\nWhen: 9–17\\nTo be checked by 2027-01-01",
        "REV:20261101T090000Z",
        "END:VCARD",
        "",
    ]


def card_id(line: ContactLine, origin: str = ORIGIN) -> str:
    return vcards([line], origin).split("UID:")[1].split("\r\n")[0]


def test_what_a_card_is_known_by():
    """A contact by its id; a person by name and first address; both by the hub."""
    desk = contact_lines(of(load(WHOLE, DECLARED_AT)), ORIGIN)[0]
    assert card_id(replace(desk, name="Other", email="o@x.example")) == card_id(desk)
    person = replace(desk, kind="person", id="")
    others = [
        replace(person, name="Other"),
        replace(person, email="o@x.example"),
        replace(person, email=""),
        replace(person, email="", telephone=""),
        desk,
        replace(desk, id="other"),
    ]
    ids = {card_id(person), card_id(person, "https://other.example"), *map(card_id, others)}
    assert len(ids) == 8
    assert card_id(replace(person, telephone="2", url="")) == card_id(person)


def test_every_kind_of_holder_has_its_line():
    """With the age of what is said, and all that the ledger tells."""
    declared = load(declare(roles={GUIDE: {"people": [{"name": "Gus"}]}}), DECLARED_AT)
    state = LedgerState()
    state.terms[ADMIN, "hanna"] = Term(DECLARED_AT, "rita", date(2027, 6, 30))
    state.confirmations[ADMIN, "hanna"] = Confirmation(READ_AT, "other")
    roster = Roster(READ_AT, {"hub-admins": ("hanna", "uwe"), "community-reps": ()})
    roles = declared.model.roles
    found = {
        (line.role.id, line.name): line for line in holder_lines(snapshot(declared, roster, state))
    }
    assert found[ADMIN, "hanna"] == HolderLine(
        roles[ADMIN], "account", "hanna", ("hub-admins",), DECLARED_AT, date(2027, 6, 30), "due",
        READ_AT, READ_AT, known_from="hub",
    )  # fmt: skip
    assert found[ADMIN, "uwe"] == HolderLine(
        roles[ADMIN],
        "account",
        "uwe",
        ("hub-admins",),
        confirmed="never",
        as_of=READ_AT,
        known_from="hub",
    )
    (gus,) = declared.people[GUIDE]
    assert found[GUIDE, "Gus"] == HolderLine(
        roles[GUIDE], "person", "Gus", as_of=DECLARED_AT, person=gus, known_from="declaration"
    )
    assert found[REP, ""] == HolderLine(
        roles[REP], "nobody", as_of=READ_AT, nobody="nobody", known_from="hub"
    )
    site = "site-reliability-engineer"
    assert found[site, ""] == HolderLine(
        roles[site], "nobody", as_of=DECLARED_AT, nobody="nobody named", known_from="declaration"
    )
    unread = holder_lines(snapshot(declared, roster, state, ledger_read=False))
    hanna = next(line for line in unread if line.name == "hanna")
    assert hanna == HolderLine(
        roles[ADMIN],
        "account",
        "hanna",
        ("hub-admins",),
        confirmed="unknown",
        as_of=READ_AT,
        known_from="hub",
    )
    unknown = holder_lines(snapshot(declared, Roster(), state))
    assert HolderLine(roles[ADMIN], "unknown") in unknown


def test_files_are_for_people_to_read_too():
    """JSON is indented, letters are as they are, and tables begin with their columns."""
    declared = load(declare(contacts=[{"id": "a", "name": "Grüße"}]), DECLARED_AT)
    text = contacts_json(of(declared), ORIGIN, NOW)
    assert text.startswith('{\n  "made_at": "2026-11-22T10:43:00+00:00",\n  "as_of"')
    assert "Grüße" in text
    assert text.endswith("}\n")
    assert json.loads(text)["contacts"][0]["review_by"] is None
    own = hub(contacts=[{"id": "a", "name": "A", "url": "/hub/a"}])
    assert "https://hub.example/hub/a" in contacts_json(of(own), ORIGIN, NOW)
    assert "https://hub.example/hub/a" in contacts_csv(of(own), ORIGIN)
    table = contacts_csv(of(declared), ORIGIN)
    assert table.startswith(BYTE_ORDER + "id,kind,name,for,email,telephone,url,chat,through,hours,")
    (row,) = csv.DictReader(io.StringIO(table.removeprefix(BYTE_ORDER), newline=""))
    assert (row["name"], row["review_by"], row["hours"]) == ("Grüße", "", "")
    read = holders_json(snapshot(declared, Roster(READ_AT, {}), LedgerState()), NOW)
    assert json.loads(read)["as_of"] == "2026-11-22T10:42:07+00:00"
    holders = holders_csv(snapshot(declared, Roster(), LedgerState()))
    assert holders.startswith(
        BYTE_ORDER + "role,title,name,display_name,kind,through,since,until,confirmed,"
    )


def test_entries_are_taken_along():
    """As one line each, with their details; a formula in a spreadsheet's cell is defused."""
    draft = Draft("account", "=rita", person="zoë", details={"reason": "ü"})
    entry = write(draft, 1, BEGINNING, NOW)
    line = json_line(entry)
    assert line.endswith("}\n")
    assert "zoë" in line
    said = json.loads(line)
    assert (said["details"], said["intent"], said["number"]) == ({"reason": "ü"}, None, 1)
    reason = entry.parts["reason"]
    told = {"digest": seal(reason), "salt": reason.salt}
    assert said["parts"]["reason"] == told
    (cells,) = csv.reader([csv_line(entry)])
    row = dict(zip(COLUMNS, cells, strict=True))
    assert (row["actor"], row["intent"], row["details"]) == ("'=rita", "", '{"reason":"ü"}')
    assert FORMATS["csv"][2] == spreadsheet.line(COLUMNS)


def test_another_hub_gets_readable_yaml():
    """In the order of the declaration, with letters as they are, in lines of up to 100."""
    long = " ".join(["Grüße"] * 14)
    declared = load(declare(title=long, contacts=[{"id": "a", "name": "Ä"}]), DECLARED_AT)
    body = for_another_hub(declared).partition("\n\n")[2]
    assert f"title: {long}\n" in body
    assert list(yaml.safe_load(body))[:2] == ["title", "model"]


# The report of the command line

GAP = {
    "title": "\u2068Hanna\u2069 is\n alone", "urgency": "soon", "text": "So it is.",
    "since": None, "noticed": None, "next": "Appoint a second", "path": None,
}  # fmt: skip
REPORT = {
    "headline": "1 of 2", "summary": "", "gaps": [], "unchecked": [], "as_of": "today",
    "accounts_as_of": None,
}  # fmt: skip
HUB = "https://hub.example/services/responsibilities"


def test_a_report_without_gaps():
    """The headline, and how old it is."""
    text = "1 of 2\n\nHolders as of today; what accounts may do: not read yet.\n"
    assert as_text(REPORT, HUB) == text
    read = {**REPORT, "accounts_as_of": "noon"}
    assert as_text(read, HUB) == text.replace("not read yet", "as of noon")
    assert as_markdown(REPORT, HUB) == f"# {text}"
    ended = {**REPORT, "ledger": {"number": 120, "digest": "ab" * 32}}
    assert as_text(ended, HUB) == f"{text}Ledger: entry 120, {'ab' * 32}\n"


def test_a_report_with_everything():
    """Each gap with since when and where to go; what could not be checked at the end."""
    gaps = [
        {**GAP, "since": "2026-11-01T10:00", "path": "roles/x#appoint"},
        {**GAP, "noticed": "2026-11-02T10:00"},
        GAP,
    ]
    report = {**REPORT, "summary": "More.", "gaps": gaps, "unchecked": ["Terms"]}
    assert as_text(report, HUB).splitlines() == [
        "1 of 2",
        "",
        "More.",
        "",
        "* Hanna is alone (soon)",
        "  So it is. Since 2026-11-01. Next: Appoint a second.",
        f"  {HUB}/roles/x#appoint",
        "* Hanna is alone (soon)",
        "  So it is. Noticed on 2026-11-02. Next: Appoint a second.",
        "* Hanna is alone (soon)",
        "  So it is. Next: Appoint a second.",
        "",
        "Could not check:",
        "- Terms",
        "",
        "Holders as of today; what accounts may do: not read yet.",
    ]
    marked = as_markdown(report, HUB).splitlines()
    assert "- **Hanna is alone** (soon)" in marked
    assert "  So it is. Noticed on 2026-11-02. Next: Appoint a second." in marked


@pytest.mark.parametrize("url", [HUB, f"{HUB}/"])
def test_pages_are_below_the_service(url):
    """Whether its address ends with a slash or not."""
    assert below(url, "roles/x") == f"{HUB}/roles/x"
