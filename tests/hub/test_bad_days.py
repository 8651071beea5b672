"""Bad days: whatever happens to the hub, the pages say what they know, and whom to ask.

The service reaches the hub's API through a proxy that can be told to misbehave.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from urllib.parse import quote

import pytest
import requests
import yaml
from bs4 import BeautifulSoup

from jupyterhub_responsibility.errors import HubError
from jupyterhub_responsibility.hub.api import HubAPI

from ..faultproxy import FaultProxy
from ..realhub import ADMIN_TOKEN, RealHub
from .test_configurations import QUICK

IDENTITY, ROSTER = "/hub/api/user", "/hub/api/groups"
TIMEOUT = 3
PUBLIC = "https://reef.example/help"
PRIVATE = "private@reef.example"

SCRIPT, IMAGE = "<script>alert(1)</script>", "<img src=x onerror=alert(2)>"

DECLARATION = {
    "community": {"name": f'{SCRIPT} & "Co"', "url": "https://reef.example"},
    "provider": {"name": "{{ 77*77 }} %s =1+1", "url": "https://crew.example"},
    "roles": {
        "hub-administrator": {"groups": ["hub-admins", "crowd", f"group {IMAGE}"]},
        "community-representative": {
            "groups": ["community-reps"],
            "people": [{"name": f"{IMAGE} Ärmel", "email": PRIVATE}],
        },
    },
    "contacts": [
        {"id": "help", "name": f"Help {SCRIPT}", "for": ["everyone"], "url": PUBLIC, "public": True,
         "hours": "<b>always</b>", "topics": [IMAGE]},
        {"id": "private", "name": "Private", "for": ["everyone"], "email": PRIVATE},
    ],
    "links": [{"title": SCRIPT, "url": "https://crew.example/?<2>", "for": ["hub-administrator"]}],
}  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """The hub as `.hub`, and what goes wrong between it and the service as `.fault`."""
    with FaultProxy() as faults:
        faults.hub = RealHub(
            tmp_path_factory.mktemp("bad"),
            DECLARATION,
            before=QUICK,
            settings=(
                "--Settings.roster_seconds=1",
                "--Settings.identity_seconds=1",
                "--Settings.declaration_seconds=0.3",
                f"--Settings.hub_timeout={TIMEOUT}",
            ),
            api_url=faults.url,
        )
        faults.target = f"http://127.0.0.1:{faults.hub.hub_port}"
        with faults.hub as hub:
            hub.put_in_group("hub-admins", "hanna")
            yield faults


@pytest.fixture(scope="module")
def hub(bad):
    return bad.hub


def get(hub, path: str = "", token: str = "", **headers: str) -> requests.Response:
    """A page for the owner of a token whom the service has not met yet."""
    headers |= {"Authorization": f"token {token}"} if token else {}
    return requests.get(hub.page(path), headers=headers, timeout=30, allow_redirects=False)


def is_well_said(reply: requests.Response) -> bool:
    """Whether an answer is neither blank nor a traceback, and names nobody it should not."""
    words = ("Traceback", 'File "', "jupyterhub_responsibility", "127.0.0.1", "hanna", PRIVATE)
    return len(reply.text) > 50 and not any(word in reply.text for word in words)


def is_asked_to_come_back(hub, path: str, token: str) -> bool:
    """Whether page and API answer 503 with a time to come back; an unknown token learns no name."""
    page, api = get(hub, path, token), get(hub, "api/me", token)
    assert page.status_code == api.status_code == 503, (page.status_code, api.status_code)
    assert page.headers["Retry-After"] == api.headers["Retry-After"] == "10"
    assert "The hub does not answer right now" in page.text
    assert PUBLIC not in page.text
    again = BeautifulSoup(page.text, "html.parser").find("a", string="Try again")
    assert again["href"] == hub.page(path).removeprefix(hub.origin)
    assert api.json()["error"]["code"] == "service_unavailable"
    return is_well_said(page) and is_well_said(api)


# -- the hub does not tell who somebody is

NO_ANSWER = {
    "closes the connection": {"down": True},
    "answers 404": {"status": 404, "body": b'{"message": "not found"}'},
    "answers 429": {"status": 429, "body": b"slow down"},
    "answers 500": {"status": 500, "body": b"<h1>oops</h1>"},
    "answers 502": {"status": 502},
    "answers nonsense": {"status": 200, "body": b"<html>hello</html>"},
    "answers nothing": {"status": 200},
    "answers half": {"status": 200, "body": b'{"name": "hanna", "admin": true}'},
    "answers a list": {"status": 200, "body": b'["hanna"]'},
    "answers a number": {"status": 200, "body": b'{"name": 7, "scopes": []}'},
    "redirects": {"status": 302, "to": "/hub/login"},
    "redirects for ever": {"status": 302, "to": "/hub/api/user"},
}


@pytest.mark.parametrize("how", NO_ANSWER.values(), ids=NO_ANSWER.keys())
def test_the_hub_does_not_say_who_it_is(bad, hub, how):
    """Nobody is let in, or taken for somebody else; afterwards the same token works."""
    token = hub.token_for("hanna")
    with bad.fault(only=IDENTITY, **how):
        assert is_asked_to_come_back(hub, "roles/hub-administrator", token)
        assert get(hub, "healthz").json()["status"] == "ok"
    hub.wait_for(lambda: get(hub, "api/me", token).ok, seconds=3)
    assert get(hub, "api/me", token).json()["user"]["name"] == "hanna"


@pytest.mark.parametrize("body", [b"", b"null", b"{}"])
def test_the_hub_knows_nobody_by_it(bad, hub, body):
    """Where the hub says that a token is nobody's, its bearer is told; people log in again."""
    token = hub.token_for("hanna")
    with bad.fault(only=IDENTITY, status=200 if body else 403, body=body):
        page, api = get(hub, "", token), get(hub, "api/me", token)
        people = get(hub, "", token, **{"Sec-Fetch-Mode": "navigate"})
    assert page.status_code == 401
    assert people.status_code == 302
    assert "/hub/api/oauth2/authorize" in people.headers["Location"]
    assert api.status_code == 403
    assert is_well_said(api)
    hub.wait_for(lambda: get(hub, "api/me", token).ok)


def test_a_login_fails_on_the_way(bad, hub):
    """A login during which the hub fails ends in a page that offers to try again."""
    session = hub.visit("hanna")
    for how in ({"status": 403}, {"status": 500}, {"down": True}):
        with bad.fault(only="oauth2/token", **how):
            reply = session.get(hub.page())
        assert reply.status_code == 400
        assert "Logging in was interrupted" in reply.text
        assert "Try again" in reply.text
        assert PUBLIC not in reply.text
        assert is_well_said(reply)
    assert session.get(hub.page()).ok


def test_somebody_who_was_here_before_is_told_whom_to_ask(bad, hub):
    """While the hub fails, a browser with a session of this hub gets the public contacts."""
    session = hub.visit("rita")
    session.get(hub.page())
    time.sleep(1.2)  # an identity is believed for 1 s on this hub
    with bad.fault(only=IDENTITY, status=500):
        reply = session.get(hub.page())
    assert reply.status_code == 503
    assert PUBLIC in reply.text
    assert is_well_said(reply)


def test_the_hub_is_slow(bad, hub):
    """With a hub that takes 2 s, viewers wait side by side, and the self-check not at all."""
    tokens = [hub.token_for(name) for name in ("hanna", "rita", "uwe", "root")]
    with bad.fault(only=IDENTITY, pause=2), ThreadPoolExecutor(8) as viewers:
        begin = time.monotonic()
        pages = [viewers.submit(get, hub, "", token) for token in tokens]
        time.sleep(0.3)
        assert get(hub, "healthz").elapsed.total_seconds() < 1
        assert [page.result().status_code for page in pages] == [200] * 4
        assert time.monotonic() - begin < 4


def test_a_slow_roster_keeps_nobody_waiting(bad, hub):
    """Pages are made from what was read last: a hub that is slow to list groups delays none."""
    tokens = [hub.token_for(name) for name in ("hanna", "uwe")]
    seen = len(bad.seen)
    with bad.fault(only=ROSTER, pause=2):
        hub.wait_for(lambda: any(ROSTER in call for call in bad.seen[seen:]))
        for token in tokens:
            assert get(hub, "roles/hub-administrator", token).elapsed.total_seconds() < 1


def test_the_hub_hangs(hub):
    """A hub that is there and does not move is a hub that does not answer, until it moves on."""
    token = hub.token_for("hanna")
    hub.process.send_signal(signal.SIGSTOP)
    try:
        reply = get(hub, "", token)
        assert get(hub, "healthz").elapsed.total_seconds() < 1
    finally:
        hub.process.send_signal(signal.SIGCONT)
    assert reply.status_code == 503
    assert reply.elapsed.total_seconds() < TIMEOUT + 1.5
    assert is_well_said(reply)
    hub.wait_for(lambda: get(hub, "", token).ok)
    hub.wait_for(lambda: hub.health()["status"] == "ok")


def test_a_token_is_revoked(hub):
    """A revoked token is believed for no longer than an identity is."""
    reply = hub.api("POST", "users/uwe/tokens")
    token, place = reply.json()["token"], f"users/uwe/tokens/{reply.json()['id']}"
    assert get(hub, "api/me", token).ok
    hub.api("DELETE", place).raise_for_status()
    hub.wait_for(lambda: get(hub, "api/me", token).status_code == 403, seconds=3)


def test_a_session_is_revoked(hub):
    """Whose sessions are revoked logs in again, without seeing an error."""
    session = hub.visit("uwe")
    session.get(hub.page())
    for token in hub.api("GET", "users/uwe/tokens").json()["api_tokens"]:
        hub.api("DELETE", f"users/uwe/tokens/{token['id']}").raise_for_status()
    time.sleep(1.2)  # an identity is believed for 1 s on this hub
    assert session.get(hub.page("api/me")).status_code == 403
    reply = session.get(hub.page())
    assert reply.ok
    assert [step.status_code for step in reply.history][:1] == [302]


# -- the hub does not tell who is in which group

NO_ROSTER = {
    "closes the connection": ({"down": True}, "The hub did not answer"),
    "answers 403": ({"status": 403}, "The hub answered 403 to /groups"),
    "answers 404": ({"status": 404}, "The hub answered 404 to /groups"),
    "answers 429": ({"status": 429}, "The hub answered 429 to /groups"),
    "answers 500": ({"status": 500}, "The hub answered 500 to /groups"),
    "redirects": ({"status": 302, "to": "/hub/login"}, "The hub answered 302 to /groups"),
    "answers nonsense": ({"status": 200, "body": b"<html>"}, "The hub's answer is not JSON"),
    "answers nothing": ({"status": 200}, "The hub's answer is not JSON"),
    "answers null": ({"status": 200, "body": b"null"}, "makes no sense"),
    "answers numbers": ({"status": 200, "body": b'{"items": [1, 2]}'}, "makes no sense"),
    "answers half": ({"status": 200, "body": b'{"items": [{"name": "x"}]}'}, "makes no sense"),
    "answers a bad page": (
        {"status": 200, "body": b'{"items": [], "_pagination": 7}'},
        "makes no sense",
    ),
}


@pytest.mark.parametrize(("how", "said"), NO_ROSTER.values(), ids=NO_ROSTER.keys())
def test_the_hub_does_not_say_who_is_in_a_group(bad, hub, how, said):
    """Names stay, with their age and why they may be old; the self-check says so too."""
    token = hub.token_for("hanna")
    with bad.fault(only=ROSTER, **how):
        hub.wait_for(lambda: said in (hub.health()["roster"]["trouble"] or ""), seconds=10)
        assert hub.health()["status"] == "degraded"
        page = get(hub, "roles/hub-administrator", token)
        role = get(hub, "api/roles/hub-administrator", token).json()
    assert page.status_code == 200
    assert "Names on this page may be out of date" in page.text
    assert said in page.text.replace("&#39;", "'")
    assert "Traceback" not in page.text
    assert [holder["name"] for holder in role["holders"]] == ["hanna"]
    assert role["as_of"]
    assert said in role["trouble"]


def test_the_roster_recovers(hub):
    """Once the hub answers, nothing is left of its trouble."""
    hub.wait_for(lambda: hub.health()["status"] == "ok", seconds=10)
    page = get(hub, "roles/hub-administrator", hub.token_for("uwe"))
    assert "out of date" not in page.text
    assert "hanna" in page.text


def test_identity_counts_while_the_roster_fails(bad, hub):
    """A new member sees the role within the age of an identity, whatever the roster does."""
    session = hub.visit("uwe")
    session.get(hub.page())
    with bad.fault(only=ROSTER, status=500):
        hub.wait_for(lambda: hub.health()["roster"]["trouble"])
        members = "groups/hub-admins/users"
        hub.api("POST", members, json={"users": ["uwe"]}).raise_for_status()
        hub.wait_for(lambda: session.get(hub.page("api/me")).json()["roles"], seconds=3)
        hub.api("DELETE", members, json={"users": ["uwe"]}).raise_for_status()
        hub.wait_for(lambda: not session.get(hub.page("api/me")).json()["roles"], seconds=3)
    hub.wait_for(lambda: hub.health()["status"] == "ok")


def test_the_service_is_killed_while_the_hub_fails(bad, hub):
    """The hub starts it again; what it has never read, it says that it cannot tell."""
    token, started_at = hub.token_for("hanna"), hub.health()["started_at"]
    with bad.fault(only=ROSTER, status=500):
        hub.service.kill()
        hub.wait_for(lambda: hub.health()["started_at"] != started_at)
        hub.wait_for(lambda: "500" in hub.health()["roster"]["trouble"])
        page = get(hub, "roles/hub-administrator", token)
        role = get(hub, "api/roles/hub-administrator", token).json()
        mine = get(hub, "api/me", token).json()
        panel = get(hub, "admin", token).text
    assert panel.count("not known right now:") == 2  # people, and confirmations
    assert "It is not known right now who holds which role" in page.text
    assert "Nobody." not in page.text
    assert role["holders"] == []
    assert role["known"] is False
    assert role["as_of"] is None
    assert [own["id"] for own in mine["roles"]] == ["hub-administrator"]
    hub.wait_for(lambda: hub.health()["status"] == "ok")
    assert "hanna" in get(hub, "roles/hub-administrator", token).text


# -- the hub does not tell what accounts may do

ACCOUNT = b'{"name": "ada", "admin": false, "roles": [], "last_activity": "2026-11-22T10:00:00"}'
NO_ACCOUNTS = {
    "answers 500": ({"status": 500}, "answered 500 to /users"),
    "answers nothing": ({"status": 200, "body": b'{"items": [{}]}'}, "last seen"),
    "answers a bad page": (
        {"status": 200, "body": b'{"items": [{}], "_pagination": 7}'},
        "makes no sense",
    ),
    "tells no time zone": (
        {"status": 200, "body": b'{"items": [%s]}' % ACCOUNT},
        "time zone",
    ),
}


@pytest.mark.parametrize(("how", "said"), NO_ACCOUNTS.values(), ids=NO_ACCOUNTS.keys())
def test_the_hub_does_not_say_what_accounts_may_do(bad, hub, how, said):
    """The self-check says what is wrong, and the panel that it could not check."""
    with bad.fault(only="/hub/api/users?", **how):
        hub.wait_for(lambda: said in (hub.health()["accounts"]["trouble"] or ""))
        panel = get(hub, "api/coverage", hub.token_for("hanna")).json()
    assert any(said in each for each in panel["unchecked"])
    hub.wait_for(lambda: hub.health()["accounts"]["trouble"] is None)


async def test_no_failure_names_an_account(bad, hub):
    """What is wrong is said to everybody, so it is said without names."""
    api = HubAPI(bad.url, ADMIN_TOKEN)
    with bad.fault(only="/hub/api/users/", status=500), pytest.raises(HubError) as caught:
        await api.account("hanna", datetime.now(timezone.utc))
    assert str(caught.value) == "The hub answered 500 to /users"


# -- people, groups and declarations change


def test_a_group_is_deleted(hub):
    """Its role is said to be out of reach, to everybody on its page and to admins on every page."""
    hub.put_in_group("community-reps", "rita")
    rita, root = hub.token_for("rita"), hub.token_for("root")
    assert get(hub, "api/me", rita).json()["roles"]
    hub.api("DELETE", "groups/community-reps").raise_for_status()
    hub.wait_for(lambda: hub.health()["faults"] == 1)
    assert get(hub, "api/me", rita).json()["roles"] == []
    page = get(hub, "roles/community-representative", rita)
    assert "The hub has no group" in page.text
    assert "rita" not in BeautifulSoup(page.text, "html.parser").select_one("main").text
    assert "The hub has no group “community-reps”" in get(hub, "model", root).text
    assert "For JupyterHub admins" not in get(hub, "model", rita).text
    hub.api("POST", "groups/community-reps").raise_for_status()
    hub.wait_for(lambda: hub.health()["status"] == "ok")


def holders(hub, token: str) -> list[str]:
    """The names of those who administer the hub, as its page shows them."""
    page = BeautifulSoup(get(hub, "roles/hub-administrator", token).text, "html.parser")
    return [name.text for name in page.select(".rsp-holder h3 bdi")]


def test_a_user_is_renamed_and_deleted(hub):
    """A new name replaces the old one everywhere; who is deleted is gone, and so is their token."""
    hub.api("POST", "users/before").raise_for_status()
    hub.put_in_group("hub-admins", "before")
    before, uwe = hub.token_for("before"), hub.token_for("uwe")
    assert holders(hub, uwe) == ["before", "hanna"]
    assert get(hub, "api/me", before).json()["user"]["name"] == "before"
    hub.api("PATCH", "users/before", json={"name": "after"}).raise_for_status()
    hub.wait_for(lambda: holders(hub, uwe) == ["after", "hanna"], seconds=4)
    hub.wait_for(lambda: get(hub, "api/me", before).json()["user"]["name"] == "after", seconds=3)
    assert "before" not in get(hub, "", before).text
    assert get(hub, "api/me", before).json()["roles"]
    hub.api("DELETE", "users/after").raise_for_status()
    hub.wait_for(lambda: holders(hub, uwe) == ["hanna"], seconds=4)
    hub.wait_for(lambda: get(hub, "api/me", before).status_code == 403, seconds=3)


def write_something_else(file):
    file.write_text("roles: [this is: not\n")
    os.utime(file, (time.time() + 60,) * 2)


def change(file, **more):
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **more}))
    os.utime(file, (time.time() + 60,) * 2)


def give_two_roles_one_group(file):
    groups = {"groups": ["hub-admins"]}
    change(file, roles={"hub-administrator": groups, "community-representative": groups})


def give_another_group(file):
    roles = yaml.safe_load(file.read_text())["roles"]
    change(file, roles={**roles, "hub-administrator": {"groups": ["hub-team"]}})


@pytest.mark.parametrize(
    ("happens", "state", "said"),
    [
        (
            write_something_else,
            "faulty",
            "until they are fixed, the hub will not start again",
        ),
        (
            give_two_roles_one_group,
            "faulty",
            "until they are fixed, the hub will not start again",
        ),
        (give_another_group, "waiting", "Restart the hub to apply this too: roles."),
        (os.remove, "missing", "is gone"),
    ],
)
def test_the_declaration_changes(hub, happens, state, said):
    """Pages go on with what was loaded; admins and the self-check are told, others are not."""
    file = hub.declaration_file
    text, times = file.read_text(), file.stat()
    happens(file)
    hub.wait_for(lambda: hub.health()["declaration"]["state"] == state, 10)
    health = hub.health()
    uwe = get(hub, "contacts", hub.token_for("uwe"))
    root = get(hub, "contacts", hub.token_for("root"))
    file.write_text(text)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert health["declaration"]["state"] == state
    assert (health["status"], health["faults"]) == ("degraded", 1)
    assert uwe.status_code == root.status_code == 200
    assert PUBLIC in uwe.text
    assert said in root.text
    assert str(file) in root.text
    assert said not in uwe.text
    hub.wait_for(lambda: hub.health()["status"] == "ok", 10)


# -- names


NAMES = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)",
    "line\r\nbreak",
    "line break",
    "right\u202eleft",
    "rightleft",
    "zero\u200bwidth",
    "zerowidth",
    "nul\x00byte",
    "=cmd()",
    "o'brien",
    'a "quote" \\',
    "{{ 77*77 }}",
    "a&amp;b",
    "a&b",
    "zürich 管理 🪸",
    "x" * 300,
    "x" * 299 + "y",
]
"""Names that the hub accepts; pairs of them look alike unless what can't be seen is written."""


@pytest.fixture(scope="module")
def horrors(hub):
    """Accounts with such names, all of them Hub Administrators."""
    hub.api("POST", "users", json={"usernames": NAMES}).raise_for_status()
    hub.put_in_group("hub-admins", *NAMES)
    yield NAMES
    hub.take_out_of_group("hub-admins", *NAMES)
    for name in NAMES:
        hub.api("DELETE", f"users/{quote(name, safe='')}")


def is_harmless(html: str) -> bool:
    """Whether no name has become part of a page, turns it round, or is taken for a template."""
    written = ("<img src=x", "<script>alert", "<b>always", "5929", "\u202e", "\u200b", "\x00")
    return len(html) > 5000 and not any(text in html for text in written)


@pytest.mark.parametrize(
    "path",
    ["", "contacts", "contacts?q=<script>alert(1)</script>", "model", "roles/hub-administrator",
     "roles/community-representative", "no-such-page"],
)  # fmt: skip
def test_names_are_only_names(hub, horrors, path):
    """No name of an account, group, person, contact or party changes a page."""
    reply = get(hub, path, hub.token_for("hanna"))
    assert reply.status_code == (404 if path == "no-such-page" else 200)
    assert is_harmless(reply.text)


@pytest.mark.parametrize("path", ["login", "home", "no-such-page", "admin"])
def test_names_on_the_hubs_pages(hub, path):
    """Nor do they change the hub's own."""
    browser = requests if path == "login" else hub.visit("hanna")
    html = browser.get(hub.hub_url(path)).text
    assert is_harmless(html)
    assert PUBLIC in html or path == "admin"


def test_names_can_be_told_apart(hub, horrors):
    """Every holder is on the role's page, and no two of them read the same."""
    token = hub.token_for("hanna")
    html = get(hub, "roles/hub-administrator", token).text
    shown = [cell.text for cell in BeautifulSoup(html, "html.parser").select(".rsp-holder h3 bdi")]
    assert len(shown) == len(set(shown)) == len(NAMES) + 1
    holders = get(hub, "api/roles/hub-administrator", token).json()["holders"]
    assert {holder["name"] for holder in holders} == {*NAMES, "hanna"}


@pytest.mark.parametrize("name", NAMES)
def test_they_see_their_own_page(hub, horrors, name):
    """An account of any name can use the service, and is named right."""
    token = hub.token_for(name)
    assert is_harmless(get(hub, "", token).text)
    assert get(hub, "api/me", token).json()["user"]["name"] == name


def test_five_thousand_members(hub):
    """Pages stay small and name fifty; the API lists all."""
    hub.api("DELETE", "groups/crowd").raise_for_status()
    database = sqlite3.connect(hub.folder / "jupyterhub.sqlite", timeout=10)
    with database:  # through the hub's API it takes minutes
        crowd = database.execute("insert into groups (name) values ('crowd')").lastrowid
        for number in range(5000):
            row = (f"member-{number:04d}", False, f"cookie-{number}")
            user = database.execute(
                "insert into users (name, admin, cookie_id) values (?, ?, ?)", row
            ).lastrowid
            database.execute("insert into user_group_map values (?, ?)", (user, crowd))
    hub.wait_until_read()
    token = hub.token_for("uwe")
    for path in ("", "contacts", "model", "roles/hub-administrator"):
        assert len(get(hub, path, token).content) < 60_000, path
    page = get(hub, "roles/hub-administrator", token)
    holders = get(hub, "api/roles/hub-administrator", token).json()["holders"]
    hub.api("DELETE", "groups/crowd").raise_for_status()
    hub.api("POST", "groups/crowd").raise_for_status()
    rows = BeautifulSoup(page.text, "html.parser").select(".rsp-holder")
    assert len(rows) == 50
    assert len(holders) > 5000
    assert f"and {len(holders) - 50:,} more" in page.text


def test_the_log_has_no_traceback(hub):
    """All of this was expected: the service has no traceback to show for it."""
    assert "Traceback" not in hub.log()
