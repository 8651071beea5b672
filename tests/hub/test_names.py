"""A hub whose accounts are numbers: pages, files and answers say who people are."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from bs4 import BeautifulSoup

from jupyterhub_responsibility.exports.formats import HolderRow

from ..realhub import RealHub
from ..versions import KEEPS_NAMES
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    GUIDE,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    entries,
    plain,
    set_members,
)

FIRST = ("Ada", "Bea", "Cyn", "Dua", "Eli", "Fay", "Gus", "Hal")
LAST = ("Marlow", "Sánchez", "Okafor", "Ng", "Weiß")
PEOPLE = {
    f"google-oauth2|1004{number:017}": f"{FIRST[number % 8]} {LAST[number // 8]}"
    for number in range(40)
}
"""Accounts, and what the people are called."""
IDS = tuple(PEOPLE)
TWINS = ("google-oauth2|100500000000000009001", "google-oauth2|100500000000000009002")
PEOPLE |= dict.fromkeys(TWINS, "Zoe Twin")
REP, ADMIN, OTHER_ADMIN, GUIDES, ASKS, PLAIN = IDS[0], IDS[1], IDS[2], IDS[3], IDS[4], IDS[5]
ATTRIBUTES = ("title", "alt", "aria-label", "placeholder")

CALLED = f"""
people = {PEOPLE!r}

def names(authenticator, handler, authentication):
    if authentication["name"] in people:
        authentication["user_info"] = {{"name": people[authentication["name"]]}}
    return authentication

c.Authenticator.post_auth_hook = names
"""
KNOWN = ["declared", *(["the hub's"] if KEEPS_NAMES else [])]


@pytest.fixture(scope="module", params=KNOWN)
def hub(request, tmp_path_factory):
    """What people are called is known from one of the places that may say so."""
    declared = request.param == "declared"
    declaration = {**DECLARATION, "names": PEOPLE} if declared else DECLARATION
    any_login = "c.Authenticator.allow_all = True\n"
    config = any_login if declared else any_login + CALLED
    folder = tmp_path_factory.mktemp("numbers")
    with RealHub(folder, declaration, settings=QUICK, before=config) as running:
        for account in (*(IDS[:6] if declared else IDS), *TWINS):
            running.visit(account)
        members = {"community-reps": {REP}, "hub-admins": {ADMIN}, "guides": {GUIDES}}
        set_members(running, **members)
        rep = Person(running, REP)
        rep.appoint(ADMINISTRATOR, OTHER_ADMIN, reason="She asked").raise_for_status()
        asks = {"role": ADMINISTRATOR, "user": ASKS, "reason": "I would like to help"}
        Person(running, ASKS).ask("POST", "api/requests", json=asks).raise_for_status()
        set_members(running, guides=set())  # somebody who was there once
        running.wait_until_accounts_are_read()
        running.wait_until_read()
        running.wait_until_read()
        yield running


PAGES = (
    "", "contacts", "contacts?q=Ada+Marlow", "model", "roles/hub-administrator",
    "roles/community-representative", "roles/community-guide", "admin", "ledger", "my-data",
    "roles/hub-administrator?at=2026-01-01", "reach", "users", "forget", "exports/print",
    "exports/calendar.ics", "exports/my-calendar.ics", "exports/contacts.vcf",
)  # fmt: skip


def read_by(hub, account: str) -> dict[str, str]:
    """What somebody reads on each page that they may open, by its path."""
    session, found = hub.visit(account), {}
    today = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    for path in (*PAGES, *(f"roles/{role}?at={today}" for role in (ADMINISTRATOR, GUIDE))):
        reply = session.get(hub.page(path), timeout=30)
        assert reply.status_code in (200, 403), path
        if reply.ok:
            found[path] = seen(reply.text.replace("\r\n ", ""))
    return found


def seen(html: str) -> str:
    """All that people see, or hear, of a page."""
    page = BeautifulSoup(html, "html.parser")
    for part in page.select("script, style, template"):
        part.decompose()
    said = [each[name] for name in ATTRIBUTES for each in page.find_all(attrs={name: True})]
    return " ".join([page.get_text(" "), *said])


@pytest.mark.parametrize("who", [REP, ADMIN, ASKS, PLAIN, "root"])
def test_no_page_shows_a_number_where_a_name_is_known(hub, who):
    """Not in the text, and not in what is read out."""
    told = read_by(hub, who)
    assert len(told) >= 7
    shown = {path: account for path, text in told.items() for account in IDS if account in text}
    assert shown == {}
    assert "Ada Marlow" in told["roles/community-representative"]
    assert "Bea Marlow" in told["roles/hub-administrator"]
    if who in (REP, "root"):
        calendar = told["exports/calendar.ics"]
        assert "Bea Marlow\u2069 should confirm their duties as Hub Administrator" in calendar


def test_people_are_found_by_their_name(hub):
    """With their role, and the people who can be reached for it."""
    session = hub.visit(PLAIN)
    for asked in ("Ada Marlow", "marlow ada", "ask Ada Marlow about this"):
        page = BeautifulSoup(
            session.get(hub.page("contacts"), params={"q": asked}, timeout=30).text, "html.parser"
        )
        first = page.select_one("#rsp-answers .rsp-ask")
        assert "Community Representative" in first.text, asked
        assert "Ada Marlow" in first.text


def test_the_log_says_who_did_what(hub):
    """By the names of people, also of those who hold nothing any more."""
    page = BeautifulSoup(hub.visit("root").get(hub.page("ledger"), timeout=30).text, "html.parser")
    said = [plain(" ".join(each.text.split())) for each in page.select(".rsp-ledger td")]
    for sentence in (
        "Ada Marlow appointed Cyn Marlow as Hub Administrator. Reason: “She asked”",
        "Eli Marlow asked to become Hub Administrator",
        "Dua Marlow was removed from guides (Community Guide) outside this page",
    ):
        assert any(sentence in each for each in said), (sentence, said)


def test_the_log_is_narrowed_down_by_a_name(hub):
    """Whoever asks for somebody need not know their number."""
    for asked, found in (("cyn marlow", True), (OTHER_ADMIN, True), ("Cyn", False)):
        path = hub.page("ledger")
        html = hub.visit("root").get(path, params={"person": asked}, timeout=30).text
        assert ("Cyn Marlow" in BeautifulSoup(html, "html.parser").text) is found
        assert "Eli Marlow" not in html


def test_programs_get_both(hub):
    """The account, by which programs know people, and what they are called."""
    rep = Person(hub, REP)
    user = rep.get("api/me").json()["user"]
    assert (user["name"], user["display_name"]) == (REP, "Ada Marlow")
    (holder,) = rep.get(f"api/roles/{REPRESENTATIVE}").json()["holders"]
    assert (holder["name"], holder["display_name"]) == (REP, "Ada Marlow")
    lines: list[HolderRow] = rep.get("exports/holders.json").json()["holders"]
    called = {line["name"]: line["display_name"] for line in lines if line["kind"] == "account"}
    assert called == {each: PEOPLE[each] for each in (REP, ADMIN, OTHER_ADMIN)}
    (found,) = rep.get(f"api/roles/{GUIDE}/candidates", params={"q": "Dua Mar"}).json()["matches"]
    assert found == {"user": GUIDES, "name": "Dua Marlow", "opaque": True}


def test_two_of_one_name_can_be_told_apart(hub):
    """Where somebody is chosen from a list, or after a slip: by the end of their account."""
    rep = Person(hub, REP)
    for typed in ("Zoe Twin", "Zoe Twyn"):
        page = Browser(hub, REP).submit(
            f"roles/{GUIDE}", {"action": "appoint"}, person=typed, group="guides"
        )
        buttons = BeautifulSoup(page.text, "html.parser").find_all("button", {"name": "instead"})
        shown = {" ".join(each.text.split()) for each in buttons}
        assert shown == {f"Zoe Twin (…{twin[-4:]})" for twin in TWINS}
    matches = rep.get(f"api/roles/{GUIDE}/candidates", params={"q": "Zoe"}).json()["matches"]
    assert {each["user"]: each["name"] for each in matches} == {
        twin: f"Zoe Twin (…{twin[-4:]})" for twin in TWINS
    }


def test_why_not_is_said_with_names(hub):
    """On a page; programs are told of accounts."""
    page = Browser(hub, REP).submit(
        f"roles/{ADMINISTRATOR}", {"action": "appoint"}, person=REP, reason="Myself"
    )
    assert page.status_code >= 400
    page = Browser(hub, ADMIN).submit(
        f"roles/{ADMINISTRATOR}", {"action": "request"}, person=OTHER_ADMIN, reason="Again"
    )
    assert "Cyn Marlow is already Hub Administrator." in seen(page.text)
    body = {"role": ADMINISTRATOR, "user": OTHER_ADMIN}
    said = Person(hub, ADMIN).ask("POST", "api/requests", json=body).json()
    assert said["error"]["message"] == f"{OTHER_ADMIN} is already Hub Administrator."


def test_what_is_recorded_are_accounts(hub):
    """Names change, and are not proved by anything: the record has none."""
    recorded = str([{**each, "details": {}} for each in entries(hub)])
    assert REP in recorded
    assert not any(name in recorded for name in PEOPLE.values())
