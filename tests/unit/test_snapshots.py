"""What is known of the hub at one moment: what is read at different moments must fit together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from jupyterhub_responsibility.declaration.keeper import InForce
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.model import Party, Roster
from jupyterhub_responsibility.ledger.state import Edit, LedgerState
from jupyterhub_responsibility.service.settings import Settings
from jupyterhub_responsibility.service.snapshots import SnapshotKeeper

from ..conftest import READ_AT


class Known:
    """A hub whose roster and accounts are read when the test says so."""

    def __init__(self, declared) -> None:
        self.now = READ_AT
        self.keeper = SimpleNamespace(current=Roster())
        self.ledger_state = LedgerState()
        self.declared = SimpleNamespace(current=InForce(declared))
        self.snapshots = self.made()
        self.accounts = Accounts(read_at=self.now)

    def made(self, **options) -> SnapshotKeeper:
        ledger = SimpleNamespace(state=self.ledger_state, without=0, read=True, trouble="")
        history = SimpleNamespace(version=0, spans=(), noticed={})
        reachable = SimpleNamespace(version=0, of=lambda _: {}, tellable={})
        settings = Settings(**options)
        return SnapshotKeeper(
            self.declared,
            settings,
            self.keeper,
            ledger,
            history,
            reachable,
            None,
            lambda: self.now,
        )

    def read_accounts(self, *admins: str) -> None:
        """What accounts may do is read now."""
        found = {name: Account(name, True, (), None, self.now) for name in admins}
        self.accounts = replace(self.accounts, read_at=self.now, found=found)

    def called(self, name: str) -> str:
        return self.snapshots.current.names.of(name)

    def read_roster(self, *members: str) -> None:
        """Who is in the group is read a second later."""
        known = self.accounts
        self.now += timedelta(seconds=1)
        version = self.keeper.current.version + 1
        self.keeper.current = Roster(self.now, {"hub-admins": members}, version=version)
        self.snapshots.roster_read(known)

    def later(self, **how: float) -> datetime:
        self.now += timedelta(**how)
        return self.now

    @property
    def kinds(self) -> set[str]:
        """The kinds of gaps there are."""
        return {gap.kind for gap in self.snapshots.current.coverage.gaps}

    @property
    def power(self) -> set[str]:
        """Who is said to have power without a role."""
        gaps = self.snapshots.current.coverage.gaps
        return {gap.person for gap in gaps if gap.kind == "power-without-role"}


@pytest.fixture
def known(declared) -> Known:
    return Known(declared)


def test_accounts_do_not_run_ahead_of_the_roster(known):
    """Who was made admin and holder, or renamed, is not said to have power without a role."""
    known.read_accounts("ada")
    known.read_roster("ada")
    known.read_accounts("adele")  # the same, by another name
    assert known.power == set()
    known.read_roster("adele")
    assert known.power == set()


def test_the_roster_does_not_run_ahead_of_the_accounts(known):
    """Who has left may have lost their power, or their name, at the same time."""
    known.read_accounts("ada")
    known.read_roster("ada")
    known.read_roster("adele")
    assert known.power == set()
    known.later(seconds=20)
    known.read_accounts("adele")
    known.read_roster("adele")
    assert known.power == set()


def test_who_left_and_kept_their_power_is_named(known):
    """As soon as the account was read after that."""
    known.read_accounts("ada")
    known.read_roster("ada")
    known.read_roster()
    assert known.power == set()
    known.later(seconds=20)
    known.read_accounts("ada")
    known.read_roster()
    assert known.power == {"ada"}


def test_between_two_readings_of_the_roster(known):
    """Who is withdrawn here, or seen to have left by a visit, may have lost their power before."""
    known.read_accounts("ada")
    known.read_roster("ada")
    known.keeper.current = replace(known.keeper.current, members={"hub-admins": ()}, version=9)
    assert known.power == set()
    assert any("read again" in each for each in known.snapshots.current.coverage.unchecked)


def test_what_was_known_before_the_service_began(known):
    """Who had power then, and held a role, may have lost both while it was stopped."""
    known.now -= timedelta(days=1)
    known.read_accounts("ada")
    known.later(days=1, seconds=1)
    known.snapshots = known.made()
    known.read_roster()
    assert known.power == set()
    assert "power-without-role" not in known.snapshots.current.coverage.told
    known.read_accounts("ada")
    known.read_roster()
    assert known.power == {"ada"}
    assert "power-without-role" in known.snapshots.current.coverage.told


def test_a_roster_that_was_not_read_changes_nothing(known):
    """While the hub doesn't say who is in its groups, what was known goes together."""
    known.read_accounts("ada")
    known.read_roster("ada")
    known.keeper.current = replace(known.keeper.current, trouble="The hub answered 503")
    known.read_accounts("ada", "bea")
    known.snapshots.roster_read(known.accounts)
    assert set(known.snapshots.accounts.found) == {"ada"}


def test_that_accounts_cannot_be_read_is_told_without_a_roster(known):
    """Where the hub answers nothing, both are said, not only the first."""
    known.read_accounts("ada")
    known.read_roster("ada")
    known.keeper.current = replace(known.keeper.current, trouble="The hub answered 503")
    for failing in (replace(known.accounts, trouble="down"), Accounts(trouble="down")):
        known.snapshots.roster_read(failing)
        said = known.snapshots.current.coverage.unchecked
        assert any(each.endswith("down") for each in said), said
        assert "power-without-role" not in known.snapshots.current.coverage.told


def test_what_follows_from_a_later_reading_is_told_at_once(known):
    """An account that was read only now may tell that a change was made by hand."""
    known.snapshots = known.made(authenticator_groups=True)
    known.read_accounts("ada")
    known.read_roster("ada")
    before = known.later(minutes=5)
    at = known.later(seconds=15)
    edit = Edit("hub-administrator", "hub-admins", "ada", True, before, at)
    known.ledger_state.edits["hub-admins", "ada"] = edit
    known.ledger_state.number += 1
    known.read_roster("ada")
    assert "edited-by-hand" not in known.kinds
    known.read_accounts("ada")
    known.snapshots.roster_read(known.accounts)
    assert "edited-by-hand" in known.kinds


def test_pages_are_made_anew_only_for_what_they_tell(known):
    """Another reading that found the same within the minute is none for the pages."""
    known.read_accounts("root")
    known.read_roster("ada")
    snapshot, roster = known.snapshots.current, known.keeper.current
    known.later(seconds=20)
    known.read_accounts("root")
    known.snapshots.roster_read(known.accounts)
    assert known.snapshots.current is snapshot
    known.later(minutes=1)
    known.read_accounts("root")
    known.snapshots.roster_read(known.accounts)
    assert known.snapshots.current is not snapshot
    assert known.keeper.current is roster


def test_pages_follow_the_declaration(known):
    """As soon as another one is in force, and nothing else is new."""
    known.read_roster("ada")
    assert known.snapshots.current.declaration.community.name == "Reef Lab"
    other = replace(known.declared.current.declaration, community=Party("Kelp Lab"))
    known.declared.current = InForce(other, version=1)
    assert known.snapshots.current.declaration is other
    assert known.snapshots.current.rules.declaration is other


def test_who_was_met_is_called_by_their_name(known):
    """At once, until all accounts are read next, which tells what they are called then."""
    uwe = Account("u1", False, (), None, known.now, known.now, "Uwe Plain")
    known.read_roster("hanna")
    version = known.snapshots.version
    known.snapshots.meet(replace(uwe, display_name=""))
    assert (known.called("u1"), known.snapshots.version) == ("u1", version)
    known.snapshots.meet(uwe)
    assert known.called("u1") == "Uwe Plain"
    assert known.snapshots.version != version
    known.read_roster("hanna")
    version = known.snapshots.version
    known.snapshots.meet(uwe)
    assert (known.called("u1"), known.snapshots.version) == ("Uwe Plain", version)
    known.now += timedelta(seconds=1)
    known.read_accounts()
    known.read_roster("hanna")
    assert known.called("u1") == "u1"
