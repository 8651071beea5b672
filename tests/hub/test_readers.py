"""Each reader sees theirs: in the activity log, its files, the API, and what is their own."""

from __future__ import annotations

import pytest

from .acting import ADMINISTRATOR, REPRESENTATIVE, Person, members

AGAINST, ANSWER = "Rita never listens to us", "Between us: she is leaving"


def answer(person, number: int, verdict: str, message: str) -> None:
    body = {"verdict": verdict, "message": message}
    person.ask("POST", f"api/requests/{number}", json=body).raise_for_status()


@pytest.fixture(scope="module", autouse=True)
def olga(acting_hub):
    """Somebody who has nothing to do with any of it."""
    acting_hub.api("POST", "users/olga").raise_for_status()
    yield
    acting_hub.api("DELETE", "users/olga").raise_for_status()


@pytest.fixture(autouse=True)
def nothing_open(person):
    """No request of one test is left to the next."""
    yield
    for each in person("root").get("api/requests").json()["requests"]:
        answer(person("root"), each["number"], "declined", "")


@pytest.fixture
def complaint(world, person) -> int:
    """Somebody would like to represent the community instead, says why, and is answered."""
    body = {"role": REPRESENTATIVE, "reason": AGAINST}
    number = person("uwe").ask("POST", "api/requests", json=body).json()["number"]
    answer(person("root"), number, "declined", ANSWER)
    return number


PLACES = (
    "ledger", "ledger?person=uwe", "ledger?person=root", f"ledger?role={REPRESENTATIVE}",
    "ledger?kind=requests", "my-data", "", f"roles/{REPRESENTATIVE}",
    "api/ledger", "api/ledger?person=uwe", f"api/ledger?role={REPRESENTATIVE}&person=root",
    "api/ledger?kind=requests", "api/ledger?format=jsonl", "api/ledger?format=csv",
    "api/ledger?format=csv&person=uwe", "api/my-data", "api/requests",
)  # fmt: skip
"""Wherever the ledger is read from."""


def everywhere(browser, person, name: str) -> str:
    """All that somebody may read anywhere, by page and by program."""
    found = []
    for place in PLACES:
        reply = person(name).get(place) if "api/" in place else browser(name).session.get(
            browser(name).hub.page(place), timeout=30
        )  # fmt: skip
        assert reply.status_code in (200, 403), place
        found.append(reply.text)
    return "\n".join(found)


def test_what_was_written_against_somebody(complaint, browser, person):
    """The representative reads neither it nor the answer, nor that there was one; nor do others."""
    for name in ("rita", "hanna", "olga"):
        read = everywhere(browser, person, name)
        assert AGAINST not in read, name
        assert ANSWER not in read, name
        assert f'"number": {complaint},' not in read, name
    numbers = [each["number"] for each in person("rita").get("api/ledger").json()["entries"]]
    assert numbers
    assert not {complaint, complaint + 1} & set(numbers)
    read = everywhere(browser, person, "root")
    assert AGAINST in read
    assert ANSWER in read


def test_whoever_asked_reads_both(complaint, browser, person):
    """On the page of their own data, and in the file."""
    page = browser("uwe").read("my-data").text
    assert AGAINST in page
    assert ANSWER in page
    said = person("uwe").get("api/my-data")
    assert said.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    newest = {each["number"]: each for each in said.json()["entries"]}
    assert newest[complaint]["details"]["reason"] == AGAINST
    assert newest[complaint + 1]["details"]["reason"] == ANSWER
    assert said.json()["answers"][-1]["message"] == ANSWER
    assert person("uwe").get("api/ledger").status_code == 403


def test_a_proposal_is_read_by_those_it_is_about(world, person):
    """Who proposes, who is proposed, and who decides read it with the answer; others do not."""
    body = {"role": ADMINISTRATOR, "user": "uwe", "reason": "takes over"}
    number = person("hanna").ask("POST", "api/requests", json=body).json()["number"]
    asked = person("uwe").get("api/my-data").json()["requests"]
    assert [(each["number"], each["reason"]) for each in asked] == [(number, "takes over")]
    answer(person("rita"), number, "declined", "Not yet")
    for name in ("hanna", "uwe", "rita", "olga"):
        entries = person(name).get("api/my-data").json()["entries"]
        said = [each["details"].get("reason") for each in entries if each["number"] >= number]
        assert said == ([] if name == "olga" else ["Not yet", "takes over"][: 1 + (name != "rita")])
    log = person("rita").get("api/ledger", params={"kind": "requests"}).json()["entries"]
    assert [each["details"]["reason"] for each in log[:2]] == ["Not yet", "takes over"]
    found = person("root").get("api/ledger", params={"person": "hanna"}).json()["entries"]
    assert {number, number + 1} <= {each["number"] for each in found}


def test_an_approval_is_read_by_whoever_proposed(world, person):
    """With what became of it; and who was appointed has the role among their data."""
    body = {"role": ADMINISTRATOR, "user": "uwe"}
    number = person("hanna").ask("POST", "api/requests", json=body).json()["number"]
    answer(person("rita"), number, "approved", "Welcome")
    assert members(world, "hub-admins") == {"hanna", "uwe"}
    entries = person("hanna").get("api/my-data").json()["entries"]
    assert [each["event"] for each in entries[:3]] == ["outcome", "appointment", "request"]
    mine = person("uwe").get("api/my-data").json()
    held = {each["role"]: each for each in mine["roles"]}
    assert held[ADMINISTRATOR]["by"] == "rita"
    assert held[ADMINISTRATOR]["reason"] == "Welcome"


def test_the_log_of_those_who_decide_on_some_roles(world, person, browser):
    """About those roles and themselves; the page says so, and its pages follow on each other."""
    said = person("rita").get("api/ledger").json()["entries"]
    for each in said:
        about_her = "rita" in (each["user"], each["actor"]["name"])
        assert each["role"] in (ADMINISTRATOR, "community-guide") or about_her
    assert "about the roles to which you can appoint" in browser("rita").read("ledger").text
    assert "about the roles to which you can appoint" not in browser("root").read("ledger").text
    file = person("rita").get("api/ledger", params={"format": "jsonl"}).text.splitlines()
    numbers, before = [], ""
    while before is not None:
        page = person("rita").get("api/ledger", params={"before": before} if before else {}).json()
        numbers += [each["number"] for each in page["entries"]]
        before = page["before"]
    assert len(numbers) == len(set(numbers)) == len(file)


def test_an_account_that_is_made_again_has_no_past(world, person):
    """Whoever gets the name of an account that was deleted reads nothing of it."""
    world.api("POST", "users/mia").raise_for_status()
    mia = Person(world, "mia")
    body = {"role": REPRESENTATIVE, "reason": AGAINST}
    number = mia.ask("POST", "api/requests", json=body).json()["number"]
    assert number in [each["number"] for each in mia.get("api/my-data").json()["entries"]]
    world.api("DELETE", "users/mia").raise_for_status()
    world.api("POST", "users/mia").raise_for_status()
    said = Person(world, "mia").get("api/my-data").json()
    assert said["requests"] == said["answers"] == said["entries"] == []
    world.api("DELETE", "users/mia").raise_for_status()


def test_power_that_is_lost_is_lost_at_once(world, person):
    """Who can appoint no more reads what is about themselves only, a moment later."""
    assert person("rita").get("api/ledger").status_code == 200
    world.api("DELETE", "groups/community-reps/users", json={"users": ["rita"]})
    assert person("rita").get("api/ledger").status_code == 403
    assert person("rita").get("api/my-data").status_code == 200
