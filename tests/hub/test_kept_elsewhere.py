"""A group that a script keeps, as the declaration says, on a hub that would let us change it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import yaml

from jupyterhub_responsibility.text import day

from ..horrors import NAMES
from ..realhub import MANY_WRITES, RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    QUICK,
    Browser,
    Person,
    entries,
    form_with,
    later,
    members,
    plain,
    said,
    standing,
    values,
)

KEPT, OURS = "crew:admins", "local-admins"
DECLARED = {
    **DECLARATION,
    "roles": {
        **DECLARATION["roles"],
        ADMINISTRATOR: {"groups": [KEPT, OURS], "appointed_by": ["community-representative"]},
    },
    "manage_at": {
        "groups": "crew:{team}",
        "url": "https://git.example/{team}",
        "who": "The maintainers",
        "email": "desk@it.example",
    },
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory, post) -> Iterator[RealHub]:
    folder = tmp_path_factory.mktemp("kept")
    (folder / "messages").write_text(post.addresses)
    settings = (*QUICK, f"--Settings.messages_file={folder / 'messages'}")
    with RealHub(folder, DECLARED, settings=settings, first=MANY_WRITES) as running:
        script(running, "community-reps", "rita")
        yield running


def script(hub: RealHub, group: str, name: str, method: str = "POST") -> None:
    """What keeps the group in step adds somebody, or takes them out."""
    path = f"groups/{group.replace(':', '%3A')}/users"
    hub.api(method, path, json={"users": [name]}).raise_for_status()
    hub.wait_until_read()


def pending(hub: RealHub) -> dict[str, int]:
    """What waits, by account: the numbers of the decisions."""
    found = Person(hub, "root").get(f"api/roles/{ADMINISTRATOR}").json()["pending"]
    return {each["user"]: each["number"] for each in found}


def test_whoever_keeps_it_is_told(hub, post):
    """By mail, with what to do and no reason; the form says so before. It is settled when done."""
    page = Browser(hub, "rita").read(f"roles/{ADMINISTRATOR}").text
    assert "The maintainers\u2069 will be told by mail what to do, without the reason." in page
    post.mails.clear()
    term = {"group": KEPT, "reason": "after an illness", "until": later(90)}
    reply = Person(hub, "rita").appoint(ADMINISTRATOR, "uwe", **term)
    assert reply.json()["result"] == "pending"
    assert "uwe" not in members(hub, KEPT)
    hub.wait_for(lambda: post.mails)
    (mail,) = post.mails
    assert mail.to == ("desk@it.example",)
    assert "Please add the account uwe to the group crew:admins." in mail.text
    assert "https://git.example/admins" in mail.text
    assert "illness" not in mail.text
    script(hub, KEPT, "uwe")
    hub.wait_for(lambda: not pending(hub))
    assert entries(hub)[-1]["details"]["result"] == "done"


def test_the_other_group_of_the_role_is_changed_at_once(hub):
    """The page says of each which it is."""
    page = plain(Browser(hub, "rita").read(f"roles/{ADMINISTRATOR}").text)
    assert "local-admins is kept on this hub" in " ".join(page.split())
    assert "crew:admins is kept outside this hub" in " ".join(page.split())
    reply = Person(hub, "rita").appoint(ADMINISTRATOR, "hanna", group=OURS)
    assert reply.json()["result"] == "done"
    assert members(hub, OURS) == {"hanna"}
    assert Person(hub, "rita").withdraw(ADMINISTRATOR, "hanna").json()["result"] == "done"


def test_in_both_groups(hub):
    """Out of one at once, and of the other once that is done; until then they hold the role."""
    script(hub, OURS, "uwe")
    assert Person(hub, "root").withdraw(ADMINISTRATOR, "uwe").json()["result"] in (
        "done",
        "pending",
    )
    assert members(hub, OURS) == set()
    assert set(pending(hub)) == {"uwe"}
    script(hub, KEPT, "uwe", "DELETE")
    hub.wait_for(lambda: not pending(hub))


def test_whoever_is_forgotten_is_pending_no_more(hub):
    """What was decided about them ends, and their name is gone."""
    hub.api("POST", "users/zora").raise_for_status()
    Person(hub, "rita").appoint(ADMINISTRATOR, "zora", group=KEPT).raise_for_status()
    assert set(pending(hub)) == {"zora"}
    hub.api("DELETE", "users/zora").raise_for_status()
    reply = Person(hub, "root").ask("POST", "api/erasures", json={"user": "zora"})
    assert reply.ok, reply.text
    hub.wait_for(lambda: not pending(hub))
    log = Browser(hub, "root").read("ledger").text
    assert "zora" not in log
    assert "somebody whom it concerned was erased" in log


def test_note_is_taken_of_what_was_seen(hub):
    """Whoever has left since then is not to become a holder again."""
    script(hub, KEPT, "hanna")
    browser, path = Browser(hub, "rita"), f"roles/{ADMINISTRATOR}"
    fields = {"account": "hanna", "action": "appoint"}
    hub.wait_for(lambda: browser.read(path).select_one("#undecided"))
    form = form_with(browser.read(path), fields)
    script(hub, KEPT, "hanna", "DELETE")
    reply = browser.session.post(hub.origin + form["action"], data=values(form), timeout=30)
    assert reply.status_code == 412
    assert "have changed since you looked" in said(reply)
    assert not pending(hub)


def test_off_again(hub, post):
    """Taken back, and whoever was told of it hears that: the page says so before."""
    uwe, root = Person(hub, "uwe"), Person(hub, "root")
    uwe.ask("PUT", "api/me/channels", json={"email": "uwe@reef.example"}).raise_for_status()
    reply = uwe.ask("POST", "api/requests", json={"role": ADMINISTRATOR, "group": KEPT})
    assert reply.ok, reply.text
    asked = reply.json()["number"]
    post.clear()
    said = {"verdict": "approved", "message": "gladly"}
    root.ask("POST", f"api/requests/{asked}", json=said).raise_for_status()
    assert set(pending(hub)) == {"uwe"}
    hub.wait_for(lambda: len(post.mails) == 2)
    page = plain(Browser(hub, "rita").read(f"roles/{ADMINISTRATOR}").text)
    assert "The maintainers will be told by mail that it is not to be done." in page
    assert "uwe will be told by mail." in page
    post.clear()
    Browser(hub, "rita").submit(f"roles/{ADMINISTRATOR}", {"action": "take_back"})
    assert not pending(hub)
    hub.wait_for(lambda: len(post.mails) == 2)
    mails = {mail.to[0]: mail for mail in post.mails}
    off = mails["desk@it.example"]
    assert "asked to add the account uwe to the group crew:admins. Please don't." in off.text
    back = mails["uwe@reef.example"]
    assert "The approval of your request about Hub Administrator doesn't stand" in back.subject
    assert "rita took back the decision" in plain(back.text)
    assert "declined" in plain(Browser(hub, "uwe").read().text)


def test_decided_anew(hub, post):
    """With another last day: whoever keeps the group gets the new one, and nothing else."""
    rita = Person(hub, "rita")
    post.clear()
    rita.appoint(ADMINISTRATOR, "hanna", group=KEPT).raise_for_status()
    hub.wait_for(lambda: post.mails)
    post.clear()
    rita.appoint(ADMINISTRATOR, "hanna", group=KEPT, until=later(30)).raise_for_status()
    hub.wait_for(lambda: post.mails)
    rita.withdraw(ADMINISTRATOR, "hanna").raise_for_status()
    hub.wait_for(lambda: len(post.mails) == 2)
    first, second = (mail.text for mail in post.mails)
    assert "Please add the account hanna to the group crew:admins." in first
    assert "Please don't." in second


def test_it_can_be_done_here_by_now(hub):
    """Where the declaration says no more that it is kept elsewhere: nothing of it is lost, and
    nothing is done by itself."""
    rita, page = Person(hub, "rita"), Browser(hub, "rita")
    rita.appoint(ADMINISTRATOR, "hanna", group=KEPT, until=later(30)).raise_for_status()
    without = {key: value for key, value in DECLARED.items() if key != "manage_at"}
    hub.declaration_file.write_text(yaml.safe_dump(without))
    says = "Who is in the group crew:admins can be changed on this hub by now."
    path = f"roles/{ADMINISTRATOR}"
    hub.wait_for(lambda: says in plain(" ".join(page.read(path).text.split())))
    assert set(pending(hub)) == {"hanna"}
    gaps = Person(hub, "root").get("api/coverage").json()["gaps"]
    (gap,) = [gap for gap in gaps if gap["kind"] == "decision-not-done"]
    assert "can be done on this hub by now" in gap["text"]
    reply = page.submit(path, {"action": "appoint", "account": "hanna"})
    assert reply.ok, said(reply)
    assert "hanna" in members(hub, KEPT)
    assert not pending(hub)
    assert f"Until {day(date.fromisoformat(later(30)))} " in standing(hub, "hanna")
    script(hub, KEPT, "hanna", "DELETE")
    hub.declaration_file.write_text(yaml.safe_dump(DECLARED))
    hub.wait_for(lambda: "is kept outside this hub" in page.read(path).text)


@pytest.mark.parametrize("number", ["0", "999999999"])
def test_there_is_no_such_decision(hub, number):
    """Which is said, and nothing happens."""
    path = f"api/roles/{ADMINISTRATOR}/decisions/{number}"
    assert Person(hub, "root").ask("DELETE", path).status_code == 409
    assert Person(hub, "uwe").ask("DELETE", path).status_code == 403


def test_any_reason(hub):
    """What somebody writes is in the log, and never in what is to be done."""
    rita, page = Person(hub, "rita"), Browser(hub, "rita")
    for reason in NAMES:
        body = {"group": KEPT, "reason": reason}
        reply = rita.appoint(ADMINISTRATOR, "hanna", **body)
        if reply.status_code == 400:  # it can't be written at all
            continue
        ticket = page.read(f"roles/{ADMINISTRATOR}").select_one("textarea[readonly]").text
        assert "Why: hanna becomes Hub Administrator.\n" in ticket, reason
        path = f"api/roles/{ADMINISTRATOR}/decisions/{pending(hub)['hanna']}"
        rita.ask("DELETE", path).raise_for_status()
