"""Appointing and withdrawing, by API and by form: who may, what the rules refuse, what is kept."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup

from ..realhub import RealHub
from .acting import (
    ADMINISTRATOR,
    ENGINEER,
    GROUPS,
    GUIDE,
    QUICK,
    REPRESENTATIVE,
    Person,
    arrange,
    code,
    deeds,
    entries,
    form_with,
    later,
    members,
    plain,
    said,
    set_members,
    told,
)
from .scenario import LOGIN_SERVICE


def holders_by_api(world, role: str = ADMINISTRATOR) -> set[str]:
    """Who holds a role, as each of the two places of the API says."""
    reader = Person(world, "uwe")
    (listed,) = [r for r in reader.get("api/roles").json()["roles"] if r["id"] == role]
    alone = reader.get(f"api/roles/{role}").json()
    assert [h["name"] for h in listed["holders"]] == [h["name"] for h in alone["holders"]]
    return {holder["name"] for holder in alone["holders"]}


def add_account(world, name: str) -> None:
    reply = world.api("POST", "users", json={"usernames": [name]})
    assert reply.status_code in (201, 409), reply.text


def nothing_happened(world, before: dict[str, set[str]]) -> bool:
    """No entry but observations since the test began, and every group as it was."""
    return not deeds(world, world.mark) and before == everybody(world)


def everybody(world) -> dict[str, set[str]]:
    return {group: members(world, group) for group in GROUPS}


# -- doing it


def test_a_representative_appoints_and_withdraws(world, person):
    """The group changes, the reply and every other place agree at once, both are recorded."""
    rita = person("rita")
    reply = rita.appoint(ADMINISTRATOR, "uwe", until=later(90), reason="knows the lab")
    assert reply.status_code == 200, reply.text
    said = reply.json()
    assert {"role": ADMINISTRATOR, "group": "hub-admins", "user": "uwe",
            "result": "done"}.items() <= said.items()  # fmt: skip
    assert {h["name"] for h in said["holders"]} == {"hanna", "uwe"}
    assert holders_by_api(world) == members(world, "hub-admins") == {"hanna", "uwe"}
    assert world.health()["ledger"]["number"] >= said["entry"]
    reply = rita.withdraw(ADMINISTRATOR, "uwe", reason="moved away")
    assert (reply.status_code, reply.json()["result"]) == (200, "done")
    assert holders_by_api(world) == members(world, "hub-admins") == {"hanna"}
    assert deeds(world, world.mark) == [
        ("appointment", "rita", "uwe", ""),
        ("outcome", "rita", "uwe", "done"),
        ("withdrawal", "rita", "uwe", ""),
        ("outcome", "rita", "uwe", "done"),
    ]
    intent, outcome, withdrawal, _ = [
        each for each in entries(world, world.mark) if each["event"] != "observation"
    ]
    assert intent["details"] == {"until": later(90), "reason": "knows the lab"}
    assert (intent["role"], intent["group"]) == (ADMINISTRATOR, "hub-admins")
    assert outcome["intent"] == intent["number"]
    assert outcome["number"] == said["entry"]
    assert withdrawal["details"] == {"reason": "moved away"}


def test_the_same_by_form(world, browser):
    """Without scripts: a form appoints, the page shows holder and term, a button withdraws."""
    rita, page = browser("rita"), f"roles/{ADMINISTRATOR}"
    reply = rita.submit(page, {"action": "appoint"}, person="uwe", until=later(90), reason="why")
    assert reply.status_code == 200
    assert "\u2068uwe\u2069 is now Hub Administrator" in said(reply)
    row = next(row for row in rita.read(page).select(".rsp-holder") if row.h3.text.strip() == "uwe")
    assert row.find("time", datetime=later(90))
    assert members(world, "hub-admins") == {"hanna", "uwe"}
    reply = rita.submit(page, {"action": "withdraw", "account": "uwe"})
    assert "is no longer Hub Administrator" in said(reply)
    assert members(world, "hub-admins") == holders_by_api(world) == {"hanna"}
    assert [deed[3] for deed in deeds(world, world.mark)] == ["", "done", "", "done"]


def test_it_can_be_done_twice(world, person):
    """Appointing a holder, or withdrawing whoever is none, changes nothing, and is not recorded."""
    rita = person("rita")
    results = [
        rita.appoint(ADMINISTRATOR, "uwe").json()["result"],
        rita.appoint(ADMINISTRATOR, "uwe").json()["result"],
        rita.withdraw(ADMINISTRATOR, "uwe").json()["result"],
        rita.withdraw(ADMINISTRATOR, "uwe").json()["result"],
    ]
    assert results == ["done", "unchanged", "done", "unchanged"]
    assert members(world, "hub-admins") == {"hanna"}
    assert [deed[3] for deed in deeds(world, world.mark)] == ["", "done", "", "done"]


# -- who may


MAY = {
    "rita": {ADMINISTRATOR, GUIDE},
    "hanna": set(),
    "uwe": set(),
    "root": {ADMINISTRATOR, GUIDE, REPRESENTATIVE},
}


@pytest.mark.parametrize("role", [ADMINISTRATOR, GUIDE, REPRESENTATIVE])
@pytest.mark.parametrize("actor", MAY)
def test_who_may_appoint(world, person, actor, role):
    """JupyterHub admins everybody; holders of a role those whom the model lets them appoint."""
    add_account(world, "nele")
    arrange(world, guides={"hanna"})
    world.mark = world.health()["ledger"]["number"]
    before, group = everybody(world), "guides" if role == GUIDE else None
    appointed = person(actor).appoint(role, "nele", **({"group": group} if group else {}))
    if role in MAY[actor]:
        assert appointed.json()["result"] == "done"
        gone = person(actor).withdraw(role, "nele", **({"group": group} if group else {}))
        assert gone.json()["result"] == "done"
        assert everybody(world) == before
        return
    assert (appointed.status_code, code(appointed)) == (403, "not_allowed")
    assert "JupyterHub admins" in appointed.json()["error"]["message"]
    holder = next(iter(before["guides" if role == GUIDE else "hub-admins"] - {actor}), "nele")
    gone = person(actor).withdraw(role, holder, **({"group": group} if group else {}))
    assert (gone.status_code, code(gone)) == (403, "not_allowed")
    assert nothing_happened(world, before)


def test_pages_offer_what_one_may(world, browser):
    """Forms to appoint and withdraw are there for those who may, and for nobody else."""
    for name in ("rita", "hanna", "uwe", "root"):
        for role in (ADMINISTRATOR, GUIDE, REPRESENTATIVE, ENGINEER):
            html = browser(name).read(f"roles/{role}")
            offered = bool(html.find("input", {"name": "action", "value": "appoint"}))
            assert offered == (role in MAY[name]), (name, role)


@pytest.mark.parametrize("name", ["rita", "RITA", "Rita"])
def test_nobody_appoints_themselves(world, person, name):
    """Not even somebody who may appoint others, however the name is written."""
    before = everybody(world)
    reply = person("rita").appoint(ADMINISTRATOR, name)
    assert (reply.status_code, code(reply)) == (403, "yourself")
    assert nothing_happened(world, before)


def test_admins_may_and_it_is_recorded(world, person):
    """A JupyterHub admin who appoints themselves is recorded as doing so."""
    assert person("root").appoint(ADMINISTRATOR, "root").json()["result"] == "done"
    assert person("root").appoint(ADMINISTRATOR, "uwe").json()["result"] == "done"
    self_appointed, other = (e for e in entries(world, world.mark) if e["event"] == "appointment")
    assert self_appointed["details"] == {"self_appointed": "yes"}
    assert other["details"] == {}


def test_services_appoint_nobody(world):
    """A service of the hub is nobody in the model, even one with every right on the hub."""
    tester, before = Person(world, "root"), everybody(world)
    tester.headers = {"Authorization": "token test-admin-token-0123456789abcdef"}
    for reply in (
        tester.appoint(ADMINISTRATOR, "uwe"),
        tester.withdraw(ADMINISTRATOR, "hanna"),
        tester.ask("POST", "api/users", json={"usernames": ["by-a-service"]}),
        tester.ask("POST", "api/requests", json={"role": ADMINISTRATOR}),
        tester.get("api/ledger"),
    ):
        assert (reply.status_code, code(reply)) == (403, "not_allowed")
    assert nothing_happened(world, before)


def test_the_next_click_of_a_revoked_representative_is_refused(world, browser, person):
    """What the page offered before the group was lost does nothing after, nor does a token."""
    rita, page = browser("rita"), f"roles/{ADMINISTRATOR}"
    form = rita.read(page).find("input", {"name": "action", "value": "appoint"}).parent
    data = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    before = everybody(world) | {"community-reps": set()}
    world.api("DELETE", "groups/community-reps/users", json={"users": ["rita"]}).raise_for_status()
    reply = rita.session.post(world.page(page), data={**data, "person": "uwe"})
    assert reply.status_code == 403
    assert "Only these people can decide" in said(reply)
    assert 'value="appoint"' not in reply.text
    for reply in (
        person("rita").appoint(ADMINISTRATOR, "uwe"),
        person("rita").withdraw(ADMINISTRATOR, "hanna"),
        person("rita").get("api/ledger"),
    ):
        assert (reply.status_code, code(reply)) == (403, "not_allowed")
    assert rita.session.get(world.page("ledger")).status_code == 403
    assert nothing_happened(world, before)


def test_an_admin_whose_flag_is_gone_is_refused(world):
    """The same for the admin flag, which is no group and shows in no roster."""
    add_account(world, "anton")
    world.api("PATCH", "users/anton", json={"admin": True}).raise_for_status()
    anton, before = Person(world, "anton"), everybody(world)
    assert anton.appoint(ADMINISTRATOR, "anton").ok
    assert anton.withdraw(ADMINISTRATOR, "anton").ok
    done = len(deeds(world, world.mark))
    world.api("PATCH", "users/anton", json={"admin": False}).raise_for_status()
    assert code(anton.appoint(ADMINISTRATOR, "anton")) == "not_allowed"
    assert everybody(world) == before
    assert len(deeds(world, world.mark)) == done == 4


# -- leaving


def test_a_holder_steps_down_with_a_note(world, browser):
    """Whoever holds a role may leave it; their note waits for the successor, and for no others."""
    set_members(world, **{"hub-admins": {"hanna", "uwe"}})
    note = "The <b>keys</b> are in the drawer."
    reply = browser("hanna").submit(
        f"roles/{ADMINISTRATOR}", {"action": "withdraw", "account": "hanna", "note": ""}, note=note
    )
    assert "is no longer Hub Administrator" in said(reply)
    assert members(world, "hub-admins") == {"uwe"}
    assert note in browser("uwe").read().text
    assert note not in browser("hanna").read().text
    assert note not in browser("root").read().text
    (left,) = [e for e in entries(world, world.mark) if e["event"] == "withdrawal"]
    assert left["details"] == {"note": note}


def test_notes_are_for_those_who_leave(world, person):
    """Nobody can put a note for the successor into somebody else's mouth."""
    set_members(world, **{"hub-admins": {"hanna", "uwe"}})
    assert person("rita").withdraw(ADMINISTRATOR, "uwe", note="not mine").ok
    (left,) = [e for e in entries(world, world.mark) if e["event"] == "withdrawal"]
    assert left["details"] == {}


def test_the_last_holder_stays(world, person, browser):
    """Only a JupyterHub admin can leave a role below what it needs; everybody else is told."""
    before = everybody(world)
    for name in ("hanna", "rita"):
        reply = person(name).withdraw(ADMINISTRATOR, "hanna")
        assert (reply.status_code, code(reply)) == (409, "last")
        assert "Appoint somebody else first" in reply.json()["error"]["message"]
    reply = browser("rita").submit(
        f"roles/{ADMINISTRATOR}", {"action": "withdraw", "account": "hanna"}
    )
    assert reply.status_code == 409
    assert "needs at least 1 holder" in said(reply)
    assert nothing_happened(world, before)
    assert person("root").withdraw(ADMINISTRATOR, "hanna").json()["result"] == "done"
    assert members(world, "hub-admins") == set()


# -- two at once


def at_once(*calls):
    with ThreadPoolExecutor(len(calls)) as threads:
        return [done.result() for done in [threads.submit(*call) for call in calls]]


def test_the_limit_holds_when_two_act_at_once(world, person):
    """One place is left and two people fill it at the same time: one of them is told."""
    names = [f"guide-{number}" for number in range(6)]
    for name in names:
        add_account(world, name)
    rita, root = person("rita"), person("root")
    for round_ in range(5):
        arrange(world, guides={names[0]}, **{"guides/pt": {names[1]}})
        replies = at_once(
            (appoint, rita, names[2], "guides"),
            (appoint, root, names[3], "guides/pt"),
            (appoint, rita, names[4], "guides"),
            (appoint, root, names[5], "guides/pt"),
        )
        assert sorted(reply.status_code for reply in replies) == [200, 409, 409, 409], round_
        assert {code(reply) for reply in replies if not reply.ok} == {"full"}
        assert len(members(world, "guides") | members(world, "guides/pt")) == 3


def appoint(who, name, group):
    return who.appoint(GUIDE, name, group=group)


def test_one_stays_when_two_leave_at_once(world, person):
    """Two holders are withdrawn at the same time: one is left."""
    for _ in range(5):
        arrange(world, **{"hub-admins": {"hanna", "uwe"}})
        replies = at_once(
            (person("hanna").withdraw, ADMINISTRATOR, "hanna"),
            (person("uwe").withdraw, ADMINISTRATOR, "uwe"),
        )
        assert sorted(reply.status_code for reply in replies) == [200, 409]
        assert len(members(world, "hub-admins")) == 1


# -- what cannot be


def test_an_unknown_account(world, person, browser):
    """The name is said, with how names are written; nothing is recorded of it."""
    reply = person("rita").appoint(ADMINISTRATOR, "nobody-here")
    assert (reply.status_code, code(reply)) == (404, "unknown")
    assert "nobody-here" in reply.json()["error"]["message"]
    reply = browser("rita").submit(
        f"roles/{ADMINISTRATOR}", {"action": "appoint"}, person="nobody-here"
    )
    assert reply.status_code == 404
    assert "There is no account “nobody-here”" in said(reply)
    assert deeds(world, world.mark) == []
    assert members(world, "hub-admins") == {"hanna"}


def test_roles_that_no_group_stands_for(world, person):
    """A role that is filled in the declaration cannot be changed here; one that isn't, neither."""
    before, root = everybody(world), person("root")
    for reply in (root.appoint(ENGINEER, "uwe"), root.withdraw(ENGINEER, "uwe")):
        assert (reply.status_code, code(reply)) == (409, "not_mapped")
        assert "declaration" in reply.json()["error"]["message"]
    for reply in (root.appoint("no-such-role", "uwe"), root.withdraw("no-such-role", "uwe")):
        assert (reply.status_code, code(reply)) == (404, "unknown")
    assert nothing_happened(world, before)


def test_a_role_with_several_groups_asks_which(world, person, browser):
    """It names them; then the one that was said is changed, and no group of another role."""
    before, rita = everybody(world), person("rita")
    reply = rita.appoint(GUIDE, "uwe")
    assert (reply.status_code, code(reply)) == (400, "which_group")
    assert "guides, guides/pt" in reply.json()["error"]["message"]
    reply = rita.appoint(GUIDE, "uwe", group="community-reps")
    assert (reply.status_code, code(reply)) == (400, "which_group")
    assert nothing_happened(world, before)
    assert rita.appoint(GUIDE, "uwe", group="guides/pt").json()["group"] == "guides/pt"
    assert (members(world, "guides"), members(world, "guides/pt")) == (set(), {"uwe"})
    assert rita.withdraw(GUIDE, "uwe", group="guides/pt").json()["result"] == "done"
    form = browser("rita").read(f"roles/{GUIDE}").find("select", {"name": "group"})
    assert [option["value"] for option in form.find_all("option")] == ["", "guides", "guides/pt"]
    page = f"roles/{GUIDE}"
    browser("rita").submit(page, {"action": "appoint"}, person="uwe", group="guides")
    assert members(world, "guides") == {"uwe"}


BOTH = {"guides": {"uwe", "hanna"}, "guides/pt": {"uwe"}}


def test_in_two_groups_of_a_role(world, person, browser):
    """Both are shown; out of one, somebody still holds the role, and everything says so."""
    arrange(world, **BOTH)
    rita, page = browser("rita"), f"roles/{GUIDE}"
    shown = rita.read(page).find("h3", string="uwe").find_next("div", class_="rsp-how").text
    assert "through the groups guides and guides/pt" in " ".join(shown.split())
    (holder,) = [h for h in person("uwe").get(f"api/roles/{GUIDE}").json()["holders"]
                 if h["name"] == "uwe"]  # fmt: skip
    assert holder["groups"] == ["guides", "guides/pt"]
    form = {"action": "withdraw", "account": "uwe"}
    reply = rita.submit(page, form, group="guides%2Fpt")
    still = "uwe was removed from guides/pt, and is still Community Guide through guides."
    assert plain(said(reply)) == still
    assert told(world)[-1] == still
    assert members(world, "guides") == {"uwe", "hanna"}
    reply = person("rita").appoint(GUIDE, "uwe", group="guides/pt")
    assert told(world)[-1] == (
        "uwe was added to guides/pt, and was already Community Guide through guides."
    )


def test_out_of_all_groups_of_a_role(world, person, browser):
    """Without a group that is named, somebody is withdrawn from all of them: by form and API."""
    for withdraw in (
        lambda: browser("rita").submit(f"roles/{GUIDE}", {"action": "withdraw", "account": "uwe"}),
        lambda: person("rita").withdraw(GUIDE, "uwe"),
        lambda: person("uwe").withdraw(GUIDE, "uwe", note="Bye"),
    ):
        arrange(world, **BOTH)
        assert withdraw().ok
        assert (members(world, "guides"), members(world, "guides/pt")) == ({"hanna"}, set())
        assert told(world)[-1] == "uwe is no longer Community Guide."


def test_terms_end_today_at_the_earliest(world, person):
    """A day that is over is refused, one that is none too; today is the last day of a term."""
    before, rita = everybody(world), person("rita")
    reply = rita.appoint(ADMINISTRATOR, "uwe", until=later(-1))
    assert (reply.status_code, code(reply)) == (400, "bad_date")
    for nonsense in ("2027-02-30", "soon", "01.02.2027", 20270101, ["2027-01-01"], True):
        reply = rita.appoint(ADMINISTRATOR, "uwe", until=nonsense)
        assert (reply.status_code, code(reply)) == (400, "invalid"), nonsense
        assert "until" in reply.json()["error"]["message"]
    assert nothing_happened(world, before)
    assert rita.appoint(ADMINISTRATOR, "uwe", until=later(0)).json()["result"] == "done"


# -- a stale page


def test_a_stale_state_is_refused(world, person):
    """`If-Match` protects from overwriting what somebody else has changed since one looked."""
    rita, root = person("rita"), person("root")
    seen = rita.get(f"api/roles/{ADMINISTRATOR}").headers["ETag"]
    reply = root.appoint(ADMINISTRATOR, "uwe")
    assert reply.headers["ETag"] != seen
    done = deeds(world, world.mark)
    for reply in (
        rita.appoint(ADMINISTRATOR, "rita2", seen=seen),
        rita.withdraw(ADMINISTRATOR, "uwe", seen=seen),
        rita.withdraw(ADMINISTRATOR, "uwe", seen=f"W/{seen}"),
        rita.withdraw(ADMINISTRATOR, "uwe", seen='"nonsense"'),
    ):
        assert (reply.status_code, code(reply)) == (412, "stale")
    assert deeds(world, world.mark) == done
    assert members(world, "hub-admins") == {"hanna", "uwe"}
    seen = rita.get(f"api/roles/{ADMINISTRATOR}").headers["ETag"]
    reply = rita.appoint(ADMINISTRATOR, "uwe", seen=seen, until=later(1))  # a new term
    assert (reply.status_code, reply.json()["result"]) == (200, "done")
    assert reply.headers["ETag"] != seen
    assert rita.withdraw(ADMINISTRATOR, "uwe", seen="*").json()["result"] == "done"


def test_a_change_elsewhere_makes_a_page_stale(world, person):
    """What was changed on the hub a moment ago, unseen by the service, counts too."""
    seen = person("rita").get(f"api/roles/{ADMINISTRATOR}").headers["ETag"]
    world.api("POST", "groups/hub-admins/users", json={"users": ["uwe"]}).raise_for_status()
    reply = person("rita").withdraw(ADMINISTRATOR, "hanna", seen=seen)
    assert (reply.status_code, code(reply)) == (412, "stale")
    assert members(world, "hub-admins") == {"hanna", "uwe"}


def test_a_stale_button_is_refused(world, browser, person):
    """A button on a page from before somebody else's change says so, and shows who it is now."""
    arrange(world, **{"hub-admins": {"hanna", "uwe"}})
    rita, page = browser("rita"), f"roles/{ADMINISTRATOR}"
    form = form_with(rita.read(page), {"action": "withdraw", "account": "uwe"})
    data = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    assert person("root").appoint(ADMINISTRATOR, "root").ok
    reply = rita.session.post(world.page(page), data=data)
    assert reply.status_code == 412
    assert "have changed since you looked" in said(reply)
    assert "Withdraw root" in reply.text
    assert members(world, "hub-admins") == {"hanna", "uwe", "root"}


# -- names


NAMES = [
    "<img src=x onerror=alert(1)>",
    "line\nbreak",
    "line\r\nbreak",
    "‮txt.exe‬",
    "zero​width",
    "=1+1",
    "..%2f..%2fadmin",
    "%2f",
    "+",
    "50%",
    "a b",
    "semi;colon,comma",
    "question?mark#hash&amp;",
    '"quotes"\'',
    "ümläut-名前-🪸",
    "x" * 300,
    "{{ 3331*7 }}",
]
HIDDEN = ("\u202e", "\u202c", "\u200b", "23317", "x" * 200)
"""What must not get into what people read: it would hide or change a name."""


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_as_the_hub_accepts_them(world, person, browser, name):
    """Whatever an account is called, exactly that one is appointed and withdrawn, both ways."""
    add_account(world, name)
    rita, page = person("rita"), f"roles/{ADMINISTRATOR}"
    reply = rita.appoint(ADMINISTRATOR, name)
    assert (reply.status_code, reply.json()["result"]) == (200, "done"), reply.text
    assert members(world, "hub-admins") == holders_by_api(world) == {"hanna", name}
    assert not any(hidden in browser("rita").read(page).text for hidden in HIDDEN)
    assert not browser("rita").read(page).select("img[onerror]")
    reply = browser("rita").submit(page, {"action": "withdraw", "account": quote(name)})
    assert reply.status_code == 200, said(reply)
    assert members(world, "hub-admins") == {"hanna"}, said(reply)
    assert rita.appoint(ADMINISTRATOR, name).ok
    assert rita.withdraw(ADMINISTRATOR, name).json()["result"] == "done"
    assert members(world, "hub-admins") == {"hanna"}
    assert {deed[2] for deed in deeds(world, world.mark)} == {name}
    assert not any(hidden in browser("rita").read("ledger").text for hidden in HIDDEN)
    assert not browser("rita").read("ledger").select("img[onerror]")


@pytest.mark.parametrize(
    "name",
    [
        "%2e",
        "%2e%2e",
        "a%2Fb",
        "..%2F..%2Fgroups",
        "%00",
        "%ff",
        "%ed%a0%80",
        "%0d%0a",
        "%20",
        "%09x",
    ],
)
def test_names_that_none_can_have(world, person, name):
    """What can be no name is refused in words, and never ends up elsewhere in the hub's API."""
    before = everybody(world)
    path = f"api/roles/{ADMINISTRATOR}/holders/{name}"
    status, body = person("rita").raw("PUT", path)
    assert status in (400, 404), body
    assert json.loads(body)["error"]["message"]
    status, body = person("rita").raw("DELETE", path)
    assert status in (200, 400, 404), body
    assert everybody(world) == before


def test_another_case_of_letters_is_the_same_account(world, person):
    """`PLAIN` is `plain` to the hub: it is recorded as such, counted once, and withdrawn."""
    add_account(world, "plain")
    rita = person("rita")
    reply = rita.appoint(ADMINISTRATOR, "PLAIN")
    assert (reply.json()["user"], reply.json()["result"]) == ("plain", "done")
    assert rita.appoint(ADMINISTRATOR, "Plain").json()["result"] == "unchanged"
    assert members(world, "hub-admins") == {"hanna", "plain"}
    assert deeds(world, world.mark)[1] == ("outcome", "rita", "plain", "done")
    reply = rita.withdraw(ADMINISTRATOR, "PLAIN")
    assert (reply.json()["user"], reply.json()["result"]) == ("plain", "done")
    assert members(world, "hub-admins") == {"hanna"}


def test_another_case_does_not_pass_by_the_limits(world, person):
    """The last holder is the last one however they are written, and may step down so too."""
    for name in ("HANNA", "hanna"):
        assert code(person("rita").withdraw(ADMINISTRATOR, name)) == "last"
    set_members(world, **{"hub-admins": {"hanna", "uwe"}})
    assert person("hanna").withdraw(ADMINISTRATOR, "Hanna").json()["result"] == "done"
    assert members(world, "hub-admins") == {"uwe"}


# -- where the login service decides


@pytest.fixture(scope="module")
def managed(tmp_path_factory):
    """A hub whose authenticator manages groups."""
    folder = tmp_path_factory.mktemp("managed")
    directory = {"rita": ["community-reps"], "hanna": ["hub-admins"], "uwe": ["hub-admins"]}
    (folder / "directory.json").write_text(json.dumps(directory))
    with RealHub(folder, before=LOGIN_SERVICE, settings=QUICK) as hub:
        for name in directory:
            hub.visit(name)
        hub.wait_until_read()
        yield hub


def test_where_the_login_service_decides_nothing_is_changed_on_the_hub(managed):
    """What is decided is recorded, and the hub's groups stay as the login left them."""
    root = Person(managed, "root")
    assert root.appoint(ADMINISTRATOR, "root").json()["result"] == "pending"
    assert root.withdraw(ADMINISTRATOR, "hanna").json()["result"] == "pending"
    assert Person(managed, "rita").appoint(ADMINISTRATOR, "root").json()["result"] == "unchanged"
    assert code(Person(managed, "hanna").appoint(ADMINISTRATOR, "root")) == "not_allowed"
    assert members(managed, "hub-admins") == {"hanna", "uwe"}
    assert [each[2:] for each in deeds(managed, 0)] == [
        ("root", ""),
        ("root", "pending"),
        ("hanna", ""),
        ("hanna", "pending"),
    ]


def test_where_the_login_service_decides_the_page_says_so(managed):
    """Beside the forms, in words that need no login service to be known."""
    token = Person(managed, "root")
    html = token.get(f"roles/{ADMINISTRATOR}").text
    assert 'name="action"' in html
    assert "by the service with which people log in" in html
    assert "hanna" in html


def test_what_was_done_is_not_said_again_when_it_is_no_longer_so(world, browser, person):
    """The address of a page after a change may be opened later, or be in a bookmark."""
    rita, page = browser("rita"), f"roles/{ADMINISTRATOR}"
    done = rita.submit(page, {"action": "appoint"}, person="uwe")
    assert plain(said(done)) == "uwe is now Hub Administrator."
    assert plain(said(rita.session.get(done.url))) == "uwe is now Hub Administrator."
    person("root").withdraw(ADMINISTRATOR, "uwe").raise_for_status()
    again = rita.session.get(done.url)
    assert again.ok
    assert not BeautifulSoup(again.text, "html.parser").select(".rsp-done")
