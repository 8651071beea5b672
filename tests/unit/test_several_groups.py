"""A role with several groups: whoever leaves one of them, or joins another, holds it as before."""

from __future__ import annotations

from datetime import timedelta

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.exports.lines import holder_lines
from jupyterhub_responsibility.ledger.pending import Pending, by_key
from jupyterhub_responsibility.service.pages.panel import panel_page
from jupyterhub_responsibility.service.pages.print import print_page
from jupyterhub_responsibility.service.pages.role import role_page

from .test_coverage import DECLARED, MEMBERS, NOW, TWO_GROUPS, confirmed, decided
from .test_logins import ADMIN, snapshot

TWO = {**MEMBERS, "more-admins": ("hanna",)}
ROOT = Viewer("root", admin=True)


def known(*pending: Pending):
    """Hanna is in both groups, and rita in one."""
    state = confirmed(load(DECLARED))
    state.pending = by_key(pending)
    changes = {"roles": {**DECLARED["roles"], **TWO_GROUPS}}
    return snapshot(state=state, members=TWO, changes=changes)


def leaving(*pending: Pending) -> list[set[str]]:
    """Who is to go, as the page of the role, the panel and the exports say."""
    found = known(*pending)
    rows = role_page(found, ROOT, ADMIN).shown
    (line,) = [each for each in panel_page(found, ROOT).roles if each.role_holders.role.id == ADMIN]
    lines = [each for each in holder_lines(found) if each.role.id == ADMIN]
    return [
        {row.holder.name for row in rows if row.leaving},
        set(line.going),
        {each.name for each in lines if each.leaving},
    ]


def test_whoever_stays_in_another_group_does_not_go():
    """Unless it is decided that they leave all of them."""
    assert leaving(decided("withdrawal", "hanna", 1)) == [set()] * 3
    assert leaving(decided("withdrawal", "rita", 1)) == [{"rita"}] * 3
    both = [decided("withdrawal", "hanna", 2), decided("withdrawal", "hanna", 1, "more-admins")]
    assert leaving(*both) == [{"hanna"}] * 3
    (line,) = [each for each in holder_lines(known(*both)) if each.leaving]
    assert line.leaving == NOW - timedelta(days=1)


def test_whoever_holds_it_already_does_not_come():
    """Through another group."""
    found = known(decided("appointment", "rita", 1, "more-admins"), decided())
    (line,) = [each for each in panel_page(found, ROOT).roles if each.role_holders.role.id == ADMIN]
    printed = print_page(found, ROOT, "https://hub.example", NOW).roles
    assert line.coming == ("uwe",)
    assert [each.coming for each in printed if each.role.id == ADMIN] == [("uwe",)]
