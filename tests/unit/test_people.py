"""People without an account: what follows from what they were asked, and have said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jupyterhub_responsibility.changes.asking import cannot_be_asked
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.model import Person, Roster, Viewer
from jupyterhub_responsibility.exports.deadlines import everybodys
from jupyterhub_responsibility.exports.lines import holder_lines
from jupyterhub_responsibility.ledger.chain import write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.messages.question import (
    link_to,
    person_named,
    question_letter,
    still_asked,
)
from jupyterhub_responsibility.service.pages.panel import panel_page
from jupyterhub_responsibility.service.pages.role import role_page
from jupyterhub_responsibility.service.pages.steps import gaps_for

from ..conftest import READ_AT
from ..realhub import HOLDERS

GUIDE = "community-guide"
RITA = Viewer("rita", groups=frozenset({"community-reps", "hub-admins"}))
ROOT = Viewer("root", admin=True)
KIM = Viewer("kim")
UWE = Viewer("uwe")
DECLARED = load({
    "community": {"name": "Reef Lab", "url": "https://reef.example"},
    "provider": {"name": "Cloud Crew", "staff": ["kim"]},
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {
            "groups": ["community-reps"],
            "people": [{"name": "Mary Marlow", "email": "mary@reef.example"}],
        },
        GUIDE: {
            "people": [
                {"name": "Gus", "email": "gus@reef.example"},
                {"name": "Gia", "telephone": "+49 1"},
            ],
            "appointed_by": ["community-representative"],
        },
    },
}, READ_AT)  # fmt: skip
MAIL = frozenset({"mail"})


def asking(name: str = "Gus") -> Draft:
    return Draft("asking", "rita", role=GUIDE, details={"named": name})


def yes(digest: str, name: str = "Gus") -> Draft:
    return Draft("confirmation", name, "person", role=GUIDE, details={"duties_digest": digest})


def no(name: str = "Gus") -> Draft:
    return Draft("denial", name, "person", role=GUIDE)


def known(*drafts: Draft, now=READ_AT, transports=MAIL) -> Snapshot:
    """What is known after these entries."""
    state = LedgerState()
    for number, draft in enumerate(drafts, 1):
        state.read(write(draft, number, "", READ_AT))
    return Snapshot(DECLARED, Roster(READ_AT, HOLDERS), state, now, transports=transports)


NOW = known().duties_digests[GUIDE]
"""What the duties are."""


def stands(snapshot: Snapshot, name: str = "Gus"):
    held = snapshot.holders_by_role[GUIDE]
    (holder,) = [each for each in held.holders if each.name == name]
    return snapshot.standing_of(held.role, holder)


def gaps(snapshot: Snapshot) -> list[tuple[str, str]]:
    theirs = ("never-confirmed", "confirmation-due", "holder-denies")
    return [
        (g.kind, g.person) for g in snapshot.coverage.gaps if g.about == GUIDE and g.kind in theirs
    ]


@pytest.mark.parametrize(
    ("drafts", "state", "found"),
    [
        ((), None, []),
        ((asking(),), "never", [("never-confirmed", "Gus")]),
        ((asking(), yes(NOW)), "confirmed", []),
        ((yes(NOW),), "confirmed", []),
        ((asking(), yes("0" * 16)), "due", [("confirmation-due", "Gus")]),
        ((asking(), no()), None, [("holder-denies", "Gus")]),
        ((asking(), no(), asking()), None, [("holder-denies", "Gus")]),
        ((asking(), no(), asking(), yes(NOW)), "confirmed", []),
        ((yes(NOW), asking()), "confirmed", []),
        ((yes(NOW), no()), None, [("holder-denies", "Gus")]),
        ((asking("Gia"),), None, [("never-confirmed", "Gia")]),
    ],
)
def test_how_they_stand(drafts, state, found):
    """Who was never asked has nothing to confirm; the last answer counts."""
    snapshot = known(*drafts)
    assert stands(snapshot).state == state
    assert gaps(snapshot) == found


def test_it_is_due_again():
    """After as many months as for everybody else."""
    later = READ_AT + timedelta(days=366)
    assert stands(known(yes(NOW), now=later)).state == "due"
    assert gaps(known(yes(NOW), now=later)) == [("confirmation-due", "Gus")]


@pytest.mark.parametrize(
    ("viewer", "transports", "label"),
    [
        (ROOT, MAIL, "Ask them again"),
        (RITA, MAIL, "Ask the people who change contacts here"),
        (ROOT, (), "Ask them whether they still hold the role"),
    ],
)
def test_the_next_step(viewer, transports, label):
    """It says when they were asked, and leads to where they are asked again, if they can be."""
    snapshot = known(asking(), transports=frozenset(transports))
    (gap,) = [each for each in gaps_for(snapshot, viewer) if each.person == "Gus"]
    assert gap.step.label.startswith(label)
    assert "asked by mail on 22 Nov 2026" in gap.text


def test_an_account_of_that_name_is_somebody_else():
    """What one of them says is nothing that the other has said."""
    snapshot = known(yes(NOW, "rita"))
    assert stands(snapshot).state is None
    role = DECLARED.model.roles[GUIDE]
    assert snapshot.standing(role, "rita").state == "never"


def test_whom_to_ask_passes_over_who_denies():
    """Others are named, and the role's holders are still listed."""
    before, after = known(), known(asking(), no())
    assert [c.name for c in before.contact_finder.answer("role", GUIDE).channels] == ["Gus", "Gia"]
    assert [c.name for c in after.contact_finder.answer("role", GUIDE).channels] == ["Gia"]
    nobody = known(no(), no("Gia")).contact_finder.answer("role", GUIDE)
    assert not {"Gus", "Gia"} & {each.name for each in nobody.channels}
    assert nobody.because == (
        "\u2068Gus\u2069 and \u2068Gia\u2069 say that they don't hold the role Community Guide"
    )
    assert len(after.holders_by_role[GUIDE].holders) == 2


@pytest.mark.parametrize(
    ("drafts", "said"),
    [((), None), ((asking(),), "never"), ((yes(NOW),), "confirmed"), ((no(),), "denied")],
)
def test_in_what_is_downloaded(drafts, said):
    """As of those with an account; and until the ledger is read, it isn't known."""
    snapshot = known(*drafts)
    assert {each.name: each.confirmed for each in holder_lines(snapshot)}["Gus"] == said
    unread = replace(snapshot, ledger_read=False)
    assert {each.name: each.confirmed for each in holder_lines(unread)}["Gus"] == "unknown"


def test_where_to_take_out_who_denies():
    """In the declaration, or on the page, wherever they are named."""
    gus = DECLARED.people[GUIDE][0]
    on_page = replace(known(no()), declaration=replace(DECLARED, ages={gus: READ_AT}))
    for there, said in ((known(no()), "declaration"), (on_page, "people who change contacts")):
        (step,) = [each.step for each in there.coverage.gaps if each.kind == "holder-denies"]
        assert said in step.label


def test_in_the_calendar():
    """When they should confirm again, of those who were asked; and of nobody else."""
    said = [d for d in everybodys(known(yes(NOW)), RITA, ()) if "Gus" in d.title]
    (one,) = said
    assert one.day.year == READ_AT.year + 1
    assert "should confirm their duties as Community Guide" in one.title
    assert not [d for d in everybodys(known(), RITA, ()) if "Gus" in d.title]


@pytest.mark.parametrize(
    ("drafts", "counted"),
    [((), (0, 0)), ((asking(),), (0, 1)), ((yes(NOW), asking("Gia")), (1, 2)), ((no(),), (0, 1))],
)
def test_on_the_panel(drafts, counted):
    """How many have confirmed, of those who were asked."""
    lines = {each.role_holders.role.id: each for each in panel_page(known(*drafts), RITA).roles}
    assert (lines[GUIDE].confirmed, lines[GUIDE].asked) == counted


@pytest.mark.parametrize(
    ("viewer", "transports", "asks", "why"),
    [
        (ROOT, MAIL, {"Gus"}, {"Gia": "no mail address"}),
        (KIM, MAIL, {"Gus"}, {"Gia": "no mail address"}),
        (ROOT, frozenset(), set(), {"Gus": "sends no mail", "Gia": "sends no mail"}),
        (RITA, MAIL, set(), {}),
        (UWE, MAIL, set(), {}),
        (UWE, frozenset(), set(), {}),
    ],
)
def test_who_may_ask_whom(viewer, transports, asks, why):
    """Those who keep who holds the role, if a mail can be sent; else they are told why not."""
    rows = role_page(known(transports=transports), viewer, GUIDE).shown
    assert {row.holder.name for row in rows if row.may_ask} == asks
    told = {row.holder.name: row.not_asked for row in rows if row.not_asked}
    assert told.keys() == why.keys()
    assert all(why[name] in said for name, said in told.items())


def test_who_asks_those_of_the_community():
    """Its own people."""
    rows = role_page(known(), RITA, "community-representative").shown
    assert {row.holder.name for row in rows if row.may_ask} == {"Mary Marlow"}


def test_why_somebody_cannot_be_asked():
    """No mail, no address of theirs, or none of the hub."""
    gus = Person("Gus", "gus@reef.example")
    assert cannot_be_asked(gus, known()) is None
    assert "public_url" in cannot_be_asked(gus, replace(known(), whole_links=False)).message
    assert "no mail address" in cannot_be_asked(Person("Gus"), known()).message
    assert "no mail address" in cannot_be_asked(None, known()).message
    assert "no mail." in cannot_be_asked(gus, known(transports={"community"})).message
    two = replace(DECLARED, people={GUIDE: (gus, Person("Gus"))})
    for each in two.people[GUIDE]:  # whose answer would it be?
        assert "Several people" in cannot_be_asked(each, replace(known(), declaration=two)).message


@pytest.mark.parametrize(
    ("drafts", "sent"),
    [
        ((asking(),), True),
        ((asking(), yes(NOW)), False),
        ((asking(), no()), False),
        ((asking(), asking()), False),
        ((asking(), asking("Gia")), True),
        ((asking("Gia"),), False),
        ((asking("Nobody"),), False),
    ],
)
def test_who_is_still_asked(drafts, sent):
    """Not who has answered by now, is asked anew, or can't be reached."""
    first = write(drafts[0], 1, "", READ_AT)
    assert bool(still_asked(first, known(*drafts))) == sent


def test_a_letter():
    """The link stands by itself, whole, and can be followed."""
    snapshot, gus = known(asking()), person_named(DECLARED, GUIDE, "Gus")
    link = link_to("https://x.example/", "a_b-c")
    until = READ_AT.date()
    said = question_letter("id", write(asking(), 1, "", READ_AT), gus, link, until, snapshot)
    assert "https://x.example/confirm?link=a_b-c" in said.text.splitlines()
    assert person_named(DECLARED, GUIDE, "gus") is None
