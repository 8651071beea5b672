"""vCards: an address book that keeps to RFC 6350 reads back what was declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.exports.lines import ContactLine, contact_lines
from jupyterhub_responsibility.exports.vcard import LONGEST, escaped, folded, vcards

from .declarations import hub
from .test_exports import of

ORIGIN = "https://hub.example"
DECLARED = datetime(2026, 11, 22, 11, 42, 7, tzinfo=timezone(timedelta(hours=1)))
DESK = ContactLine(
    "contact",
    "desk",
    "Grüße; Desk, “big” \\ small",
    ("Money", "Everyone"),
    "desk@reef.example",
    "+49 40 123456",
    "https://reef.example/ask;x?a=b,c",
    DECLARED,
    "Mon–Fri 9–17, UTC",
    ("en", "pt-BR"),
    ("bills", "invoices, old ones"),
    date(2027, 6, 30),
)
PERSON = ContactLine(
    "person",
    "",
    "Professor Marlow",
    ("Data Steward", "Community Guide"),
    "marlow@reef.example",
    "",
    "",
    DECLARED,
)
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=200)
LINES = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\n"))


def cards(*lines: ContactLine) -> list:
    return list(vobject.readComponents(vcards(lines, ORIGIN)))


def unfolded(text: str) -> list[str]:
    """Lines as RFC 6350, 3.2 puts them together again."""
    return text.replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize("way", ["chat", "through"])
def test_who_has_no_address_has_a_card(way):
    """They can be reached as well: the note says how."""
    plain = replace(PERSON, kind="account", id="ada", email="")
    assert cards(plain) == []
    (card,) = cards(replace(plain, **{way: "Zulip, @ada"}))
    assert "Zulip, @ada" in card.note.value


def test_a_contact_is_read_back():
    """An address book gets every way to reach a contact, and what it is there for."""
    (card,) = cards(DESK)
    assert card.version.value == "4.0"
    assert card.kind.value == "org"
    assert card.fn.value == DESK.name
    assert card.email.value == DESK.email
    assert card.tel.value == DESK.telephone
    assert [each.value for each in card.lang_list] == ["en", "pt-BR"]
    assert card.categories.value == ["bills", "invoices, old ones"]
    assert card.note.value == (
        "For: Money, Everyone\nWhen: Mon–Fri 9–17, UTC\nTo be checked by 2027-06-30"
    )
    assert card.rev.value == "20261122T104207Z"
    assert f"URL:{DESK.url}" in unfolded(vcards([DESK], ORIGIN))  # an address is not escaped


def test_a_person_is_read_back():
    """A person is a person to an address book, with the roles they hold; what is missing is not."""
    (card,) = cards(PERSON)
    assert card.kind.value == "individual"
    assert [each.value for each in card.role_list] == ["Data Steward", "Community Guide"]
    assert not {"tel", "url", "lang", "categories"} & set(card.contents)


def test_who_cannot_be_reached_has_no_card():
    """An address book is for addresses."""
    nowhere = replace(DESK, email="", telephone="", url="")
    assert vcards([nowhere], ORIGIN) == ""
    assert len(cards(DESK, nowhere, PERSON)) == 2


def test_a_card_keeps_its_id():
    """Whoever imports again gets no doubles: a new name is the same card, another hub another."""

    def uid(line: ContactLine, origin: str = ORIGIN) -> str:
        return vobject.readOne(vcards([line], origin)).uid.value

    assert uid(DESK) == uid(replace(DESK, name="Help", email="help@reef.example"))
    assert uid(PERSON) == uid(replace(PERSON, about=("Community Guide",)))
    others = {
        uid(DESK),
        uid(replace(DESK, id="bills")),
        uid(PERSON),
        uid(DESK, "https://b.example"),
    }
    others.add(uid(replace(PERSON, email="other@reef.example")))
    assert len(others) == 5
    assert all(each.startswith("urn:uuid:") for each in others)


def test_everything_is_in_cards_of_its_own():
    """Contacts of a declaration and its people, each once, with complete addresses."""
    marlow = {"name": "Marlow", "email": "marlow@reef.example"}
    declared = hub(
        roles={"community-guide": {"people": [marlow]},
               "site-reliability-engineer": {"people": [marlow, {"name": "Nobody's address"}]}},
        contacts=[{"id": "desk", "name": "Desk", "url": "/hub/home"}],
    )  # fmt: skip
    found = cards(*contact_lines(of(declared), ORIGIN))
    assert [card.fn.value for card in found] == ["Desk", "Marlow"]
    assert found[0].url.value == "https://hub.example/hub/home"
    titles = [each.value for each in found[1].role_list]
    assert sorted(titles) == ["Community Guide", "Site Reliability Engineer"]


@given(PRINTABLE.map(lambda text: text * 20))
def test_lines_are_folded(text):
    """No line is too long, no character is split, and put together again it is what it was."""
    written = folded(f"NOTE:{text}")
    assert written.endswith("\r\n")
    octets = written.encode().split(b"\r\n")
    assert all(len(line) <= LONGEST for line in octets)
    assert all(line.decode() for line in octets[:-1])
    assert all(line.startswith(b" ") for line in octets[1:-1])
    assert unfolded(written) == [f"NOTE:{text}", ""]


def test_a_line_that_just_fits_stays_whole():
    """75 octets are one line, 76 are two; further lines have the space that begins them."""
    assert folded("x" * 150) == "x" * 75 + "\r\n " + "x" * 74 + "\r\n x\r\n"
    assert folded("x" * 75) == "x" * 75 + "\r\n"
    assert folded("x" * 76) == "x" * 75 + "\r\n x\r\n"
    assert folded("x" * 74 + "ü") == "x" * 74 + "\r\n ü\r\n"


@given(PRINTABLE.filter(str.strip), LINES.filter(str.strip))
def test_any_text_is_read_back(name, hours):
    """Whatever people are called, and however many lines there are, nothing else is read."""
    (card,) = cards(replace(PERSON, name=name, hours=hours))
    assert card.fn.value == name
    assert card.note.value.partition("When: ")[2] == "\n".join(hours.splitlines())
    assert set(card.contents) == {
        "version", "prodid", "uid", "kind", "fn", "email", "role", "note", "rev",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["a\nEND:VCARD", "a\r\nEND:VCARD", "a\rb", "a\\nb", "a,b;c\\"])
def test_text_cannot_end_a_card(text):
    """No line ends inside a value."""
    assert "\n" not in escaped(text)
    assert "\r" not in escaped(text)
    (card,) = cards(replace(PERSON, name=text))
    assert card.fn.value == "\n".join(text.splitlines())
