"""What the panel says first, on a hub where nobody holds a role through it yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from textwrap import dedent

import pytest

from jupyterhub_responsibility.coverage.first_steps import FirstStep, first_steps
from jupyterhub_responsibility.coverage.gaps import Place
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.pages.panel import panel_page
from jupyterhub_responsibility.service.pages.steps import first_steps_for

from .declarations import MINIMAL

NOW = datetime(2026, 11, 22, 10, tzinfo=timezone.utc)
EMPTY = {"hub-admins": (), "community-reps": ()}
ROOT = Viewer("root", admin=True)
PLAIN = str.maketrans("", "", "\u2068\u2069")


def fresh(declared=MINIMAL, members=EMPTY, **more) -> Snapshot:
    """A hub as it is after the first start."""
    return Snapshot(load(declared), Roster(NOW, members), LedgerState(), NOW, **more)


def with_role(name: str, **keys) -> dict:
    roles = MINIMAL["roles"]
    return {**MINIMAL, "roles": {**roles, name: {**roles.get(name, {}), **keys}}}


def titles(snapshot: Snapshot) -> list[str]:
    return [each.title for each in first_steps(snapshot)]


def test_three_steps_in_the_order_in_which_they_are_taken():
    """Who appoints others comes before them, and what follows by itself has no button."""
    represent, administer, contact = first_steps(fresh())
    assert represent.title == "Appoint the first Community Representative"
    assert represent.step
    assert represent.step.where
    assert represent.step.where.path == "roles/community-representative#appoint"
    assert administer == FirstStep(
        "The first Hub Administrator follows by itself",
        "Whoever becomes Community Representative becomes Hub Administrator as well, within a"
        " minute.",
    )
    assert contact.title == "Name contacts"
    assert not any(each.done for each in (represent, administer, contact))


@pytest.mark.parametrize(
    "members", [{**EMPTY, "community-reps": ("rita",)}, {**EMPTY, "hub-admins": ("hanna",)}]
)
def test_they_end_when_somebody_holds_a_role(members):
    """Then the gaps say better what to do next."""
    assert titles(fresh(members=members)) == []


def test_nothing_is_said_while_that_is_not_known():
    """A hub that doesn't answer is not a fresh one."""
    unknown = replace(fresh(), roster=Roster())
    assert titles(unknown) == []
    assert titles(fresh({"model": "none"})) == []


def test_who_was_named_need_not_be_appointed():
    """A representative without an account is there; they cannot become administrator by that."""
    declared = with_role("community-representative", people=[{"name": "Professor Marlow"}])
    represent, administer, _ = first_steps(fresh(declared))
    assert represent.done
    assert "Professor Marlow" in represent.text
    assert represent.step is None
    assert administer.title == "Appoint the first Hub Administrator"


def test_a_role_that_starts_with_none_is_appointed():
    """As is one whose first holders nobody could be."""
    declared = with_role("hub-administrator", starts_with=[])
    assert titles(fresh(declared)) == [
        "Appoint the first Community Representative",
        "Appoint the first Hub Administrator",
        "Name contacts",
    ]


def test_where_somebody_held_a_role_before_nothing_follows_by_itself():
    """It happens once; a hub that everybody has left says what to do as well."""
    snapshot = fresh()
    snapshot.ledger_state.ever_held |= {"hub-administrator"}
    assert titles(snapshot)[:2] == [
        "Appoint the first Community Representative",
        "Appoint a new Hub Administrator",
    ]


def test_first_holders_in_the_declaration_are_said():
    """They come by themselves, as soon as there is an account of that name."""
    declared = with_role("community-representative", initial=["zoe"])
    assert "The declaration names zoe:" in first_steps(fresh(declared))[0].text.translate(PLAIN)


def test_roles_that_may_stay_empty_are_no_step():
    """Only those that somebody is needed in."""
    declared = with_role("hub-administrator", holders={"min": 0})
    assert titles(fresh(declared)) == [
        "Appoint the first Community Representative",
        "Name contacts",
    ]


def test_where_the_login_service_decides_it_is_decided_here_all_the_same():
    """Each role is somebody's decision: none follows by itself."""
    represent, administer, _ = first_steps(fresh(authenticator_groups=True))
    assert represent == first_steps(fresh())[0]
    assert administer.title == "Appoint the first Hub Administrator"
    assert administer.step
    assert administer.step.where == Place("appoint", "hub-administrator")


@pytest.mark.parametrize(
    ("contact", "done"),
    [({"email": "desk@reef.example"}, True), ({}, False)],
    ids=["reachable", "no address"],
)
def test_contacts_are_done_when_somebody_can_be_reached(contact, done):
    """A name without an address helps nobody."""
    declared = {**MINIMAL, "contacts": [{"id": "desk", "name": "Desk", **contact}]}
    found = first_steps(fresh(declared))[-1]
    assert (found.done, found.step is None) == (done, done)


def test_admins_read_which_file_to_edit(tmp_path):
    """And the line, where the part is there already."""
    file = tmp_path / "responsibilities.yaml"
    text = """\
        roles:
          hub-administrator: {groups: [hub-admins]}
          community-representative: {groups: [community-reps]}
        contacts:
          - {id: desk, name: Desk}
    """
    file.write_text(dedent(text))
    last = first_steps_for(fresh(file), ROOT)[-1]
    assert last.step
    assert last.step.edit == f"{file}, line 4"


def test_they_are_on_the_panel_with_the_gaps():
    """Instead of the gaps, which are there as well."""
    page = panel_page(fresh(), ROOT)
    assert len(page.first_steps) == 3
    assert page.cards
    assert panel_page(fresh(members={**EMPTY, "hub-admins": ("hanna",)}), ROOT).first_steps == ()
