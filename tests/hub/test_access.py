"""Who may see what, by which credentials, and what is never shown or told."""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import urlsplit

import pytest
import requests
from traitlets import TraitError

from jupyterhub_responsibility.domain.rules import ACCESS as ACCESS_TABLE
from jupyterhub_responsibility.service.settings import Settings

from ..addresses import API, METHODS, OFFERED, OPEN, PAGES, PATHS, READABLE, ROUTE, WRITES
from ..realhub import ADMIN_TOKEN, PERSONAS

ACCESS = "access:services!service=responsibilities"
PUBLIC = "https://reef.example/help"
PRIVATE = ("hub-admins@reef.example", "marlow@reef.example", "+49 40 123456")


def as_token(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"}


def is_error(reply: requests.Response, status: int, code: str) -> bool:
    """Whether a reply is an error in the one shape that the API has."""
    error = reply.json()["error"]
    return (
        reply.status_code == error["status"] == status
        and error["code"] == code
        and bool(error["message"])
        and set(reply.json()) == {"error"}
        and set(error) == {"status", "code", "message"}
    )


# -- without a login


@pytest.mark.parametrize("path", PAGES)
def test_pages_lead_to_the_login(hub, browser_without_login, path):
    """Who isn't logged in is sent to the hub's login page, and no name on the way."""
    reply = browser_without_login.get(hub.page(path), allow_redirects=False)
    assert reply.status_code == 302
    assert reply.headers["Location"].startswith("/hub/api/oauth2/authorize?")
    assert not any(private in reply.text for private in PRIVATE)
    assert browser_without_login.get(hub.page(path)).url.startswith(hub.hub_url("login"))


@pytest.mark.parametrize("path", API)
def test_the_api_asks_for_credentials(hub, browser_without_login, path):
    """The API answers 403 with the scope that a token needs, and does not redirect."""
    reply = browser_without_login.get(hub.page(path), allow_redirects=False)
    assert is_error(reply, 403, "forbidden")
    assert ACCESS in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "path", ["no-such-page", "oauth_callback", "oauth_callback?code=x&state=y"]
)
def test_errors_name_nobody_to_somebody_unknown(hub, browser_without_login, path):
    """Who may have come from another hub learns nothing of this one: no name, contact or party."""
    reply = browser_without_login.get(hub.page(path))
    assert reply.status_code == (404 if path == "no-such-page" else 400)
    told = (PUBLIC, *PRIVATE, *PERSONAS, "as of", "Reef Lab", "Cloud Crew")
    assert not any(each in reply.text for each in told)
    assert "Try again" in reply.text or path == "no-such-page"


@pytest.mark.parametrize("path", ["no-such-page", "oauth_callback"])
def test_errors_name_public_contacts_to_who_was_here_before(hub, path):
    """Whose session has ended is still known to be of this hub, and told whom to contact."""
    session = hub.visit("uwe")
    session.get(hub.page())
    for token in hub.api("GET", "users/uwe/tokens").json()["api_tokens"]:
        hub.api("DELETE", f"users/uwe/tokens/{token['id']}")  # some go together
    time.sleep(1.2)  # an identity is believed for 1 s on this hub
    reply = session.get(hub.page(path))
    assert reply.status_code == (404 if path == "no-such-page" else 400)
    assert PUBLIC in reply.text
    assert not any(private in reply.text for private in (*PRIVATE, *PERSONAS, "as of"))


# -- the self-check


def test_strangers_hear_whether_it_is_well(hub, browser_without_login):
    """Without a token, and with one that is none or for something else: up or not, and no more."""
    tokens = ("nonsense", hub.token_for("uwe"), hub.token_for("rita", ["self"]))
    for headers in ({}, *map(as_token, tokens)):
        reply = browser_without_login.get(hub.page("healthz"), headers=headers)
        assert reply.status_code == 200
        assert reply.json() == {"status": "ok"}


@pytest.mark.parametrize("who", ["a program", "hanna", "root", "hanna's browser"])
def test_those_in_charge_hear_why(hub, who):
    """Programs that may read metrics, and whoever is in charge: states and ages, no names."""
    session = requests.Session()
    if who == "hanna's browser":
        session = hub.visit("hanna")
        session.get(hub.page())
    elif who == "a program":
        session.headers = as_token(hub.token_for("root", ["read:metrics"]))
    else:
        session.headers = as_token(hub.token_for(who))
    reply = session.get(hub.page("healthz"), timeout=10)
    assert reply.json()["version"]
    assert reply.json()["roster"]["as_of"]
    assert not any(word in reply.text for word in (*PERSONAS, *PRIVATE, "hub-admins", "Marlow"))
    assert str(hub.folder) not in reply.text


# -- tokens


@pytest.mark.parametrize("scopes", [None, [ACCESS]])
def test_a_token_with_the_scope_opens_everything(hub, scopes):
    """A hub token with the access scope reads the API and the pages of its owner."""
    token = as_token(hub.token_for("rita", scopes))
    for path in set(READABLE).difference(OPEN):
        may = any("rita" in MAY[row] for row in ROUTE[path].for_whom("GET"))
        reply = requests.get(hub.page(path), headers=token, timeout=10)
        assert reply.status_code == (200 if may else 403), path
    me = requests.get(hub.page("api/me"), headers=token, timeout=10).json()
    assert me["user"] == {
        "name": "rita",
        "display_name": None,
        "admin": False,
        "kind": "user",
    }
    assert {role["id"] for role in me["roles"]} == {"hub-administrator", "community-representative"}


def test_a_token_without_the_scope_opens_nothing(hub):
    """A token of the same account that lacks the scope is refused, page and API alike."""
    token = as_token(hub.token_for("hanna", ["self"]))
    for path in API:
        assert is_error(requests.get(hub.page(path), headers=token, timeout=10), 403, "forbidden")
    for path in PAGES:
        reply = requests.get(hub.page(path), headers=token, allow_redirects=False, timeout=10)
        assert reply.status_code == 403
        assert not any(private in reply.text for private in (*PRIVATE, "hanna"))


MAY: dict[str, set[str]] = {
    "anybody": {"uwe", "hanna", "rita", "root"},
    "users": {"uwe", "hanna", "rita", "root"},
    "in charge": {"hanna", "rita", "root"},
    "appointers": {"rita", "root"},
    "adders": {"hanna", "rita", "root"},
    "metrics": set(),
    "the hub": set(),
    "deciders": {"rita", "root"},
    "oneself": set(),
    "holders": {"hanna", "rita"},
    "proposers": {"hanna", "rita"},
    "asker": set(),
    "admins": {"root"},
    "past readers": {"rita", "root"},
    "support": {"hanna", "rita", "root"},
    "keepers": {"hanna", "rita", "root"},
    "community keepers": {"hanna", "rita", "root"},
    "provider keepers": {"root"},
}
"""Who is who, by the names of the table of addresses; what is decided for each role, for what the
EXAMPLES of writes say: Hub Administrators, and an account that nobody here has."""

PASSED = {"until": "2020-01-01"}
SENT = {
    ("PUT", "api/roles/hub-administrator/holders/nobody-of-that-name"): PASSED,
    ("PATCH", "api/roles/hub-administrator/holders/nobody-of-that-name"): PASSED,
    ("POST", "api/confirmations"): {"role": "hub-administrator", "duties_digest": "0" * 16},
    ("POST", "api/askings"): {"role": "hub-administrator", "name": "nobody-of-that-name"},
    ("PUT", "api/kept/contact/hub-admins"): {"fields": {}},
    ("POST", "api/requests"): {
        "role": "hub-administrator",
        "user": "nobody-of-that-name",
        **PASSED,
    },
}
"""What changes nothing even for those who may: a day that has passed, duties that nobody saw."""


@pytest.mark.parametrize("name", PERSONAS)
def test_who_may_open_what(hub, name):
    """Each address opens for those whom its row names, and for nobody else."""
    session = hub.visit(name)
    session.get(hub.page())
    for path in set(READABLE).difference(OPEN):
        rows, elsewhere = ROUTE[path].for_whom("GET"), ROUTE[path].elsewhere
        may = any(name in MAY[row] for row in rows)
        reply = session.get(hub.page(path))
        assert reply.status_code == (200 if may or elsewhere else 403), path
        led = not may and elsewhere
        there = urlsplit(path).path
        assert urlsplit(reply.url).path.endswith(f"/{elsewhere if led else there}"), path
        if not may:
            refusal = ACCESS_TABLE[rows[0]].refusal
            assert refusal.partition("{")[0].partition("'")[0] in unescape(reply.text), path
            assert led or "rita" not in reply.text.replace(name, ""), path


@pytest.mark.parametrize("name", PERSONAS)
def test_who_may_change_what(hub, name):
    """Each change is open to those whom its row names, and refused to all others in its words."""
    assert set(MAY) == set(ACCESS_TABLE)
    token = as_token(hub.token_for(name))
    for method, path in WRITES:
        names = ROUTE[path].for_whom(method)
        sent = SENT.get((method, path), {})
        reply = requests.request(method, hub.page(path), headers=token, json=sent, timeout=10)
        if path == "api/requests/1":  # there is none; tests/hub/test_requests.py has some
            assert reply.status_code == 400
        elif any(name in MAY[each] for each in names):
            assert reply.status_code != 403, (method, path)
        else:
            assert reply.status_code == 403, (method, path)
            refusals = [ACCESS_TABLE[each].refusal.partition("{")[0] for each in names]
            assert any(words in unescape(reply.text) for words in refusals), (method, path)


def test_every_change_says_who_may():
    """No change is open to everybody who is logged in, but for what its form decides, and what
    people say of themselves."""
    open_to_all = [w for w in WRITES if ROUTE[w[1]].for_whom(w[0]) == ("users",)]
    own = [("POST", "reach"), ("PUT", "api/me/channels"), ("PUT", "api/me/messages")]
    assert {*open_to_all} == {("POST", ""), ("POST", "roles/hub-administrator"), *own}


def test_a_service_token_has_no_role(hub):
    """A service of the hub with the scope may read, and is nobody in the model."""
    reply = requests.get(hub.page("api/me"), headers=as_token(ADMIN_TOKEN), timeout=10)
    me = reply.json()
    assert me["user"] == {
        "name": "tester",
        "display_name": None,
        "admin": True,
        "kind": "service",
    }
    assert me["roles"] == me["duties"] == []


def test_a_token_that_is_none(hub):
    """Nonsense instead of a token is no login."""
    for nonsense in ("nonsense", "", "\x00", "ü" * 2000):
        headers = {"Authorization": f"token {nonsense}".encode()}
        reply = requests.get(hub.page("api/me"), headers=headers, timeout=10)
        assert reply.status_code in (400, 403)


def test_a_token_in_the_address_is_ignored(hub, browser_without_login):
    """`?token=` would end in logs and histories: it opens nothing."""
    query = {"token": hub.token_for("hanna")}
    reply = browser_without_login.get(hub.page("api/me"), params=query)
    assert is_error(reply, 403, "forbidden")
    reply = browser_without_login.get(hub.page(), params=query, allow_redirects=False)
    assert reply.status_code == 302


def test_an_identity_is_believed_for_ten_seconds():
    """No operator has to set it for a revoked login to end soon, and none can make it long."""
    assert Settings().identity_seconds == 10
    with pytest.raises(TraitError):
        Settings(identity_seconds=61)


def test_a_cookie_of_somebody_else_is_ignored(hub, browser_without_login):
    """A valid token in a cookie that we did not sign is no login."""
    token = hub.token_for("hanna")
    for name in ("service-responsibilities", "service-other", "jupyterhub-user-hanna"):
        cookies = {name: token}
        reply = browser_without_login.get(hub.page("api/me"), cookies=cookies)
        assert is_error(reply, 403, "forbidden")


def test_a_session_of_the_hub_alone_is_no_login(hub):
    """The API is not opened by the hub's own cookies: the service has a login of its own."""
    assert hub.visit("hanna").get(hub.page("api/me")).status_code == 403


# -- what a browser may not be made to do


WEBSOCKETS = [
    {"Sec-Fetch-Mode": "websocket"},
    {"Upgrade": "websocket"},
    {"Upgrade": "WebSocket", "Sec-Fetch-Mode": "navigate"},
]


@pytest.mark.parametrize("headers", WEBSOCKETS)
@pytest.mark.parametrize("path", ["", "api/me", "oauth_callback"])
def test_websockets_are_refused(hub, headers, path):
    """Requests for which HubOAuth skips its XSRF check get nowhere, with cookie or token."""
    session = hub.visit("hanna")
    session.get(hub.page())
    token = hub.token_for("hanna")
    for reply in (
        session.get(hub.page(path), headers=headers),
        requests.get(hub.page(path), headers={**headers, **as_token(token)}, timeout=10),
        requests.get(hub.page(path), headers=headers, params={"token": token}, timeout=10),
    ):
        assert reply.status_code == 400
        assert "hanna" not in reply.text or path == "oauth_callback"


@pytest.mark.parametrize("path", [*PATHS, "static/responsibility.css", "no-such-page", "api/none"])
def test_what_is_not_offered_is_refused(hub, path):
    """Every method that an address does not offer is refused in words, whoever asks."""
    session = hub.visit("rita")
    session.get(hub.page())
    token = as_token(hub.token_for("rita"))
    for method in {*METHODS, "PROPFIND"}.difference(OFFERED.get(path, ()), ["GET"]):
        for reply in (
            session.request(method, hub.page(path)),
            requests.request(method, hub.page(path), timeout=10),
            requests.request(method, hub.page(path), headers=token, timeout=10),
        ):
            assert reply.status_code in (401, 403, 404, 405), (method, reply.text)
            assert reply.text
            assert "Traceback" not in reply.text


# -- headers and cookies


@pytest.mark.parametrize(
    "path",
    ["", "model", "api/me", "healthz", "metrics", "no-such-page", "api/none", "oauth_callback"],
)
def test_headers(hub, path):
    """No page can be framed elsewhere, sniffed, kept by others, or leak where people are."""
    session = hub.visit("hanna")
    session.get(hub.page())
    headers = session.get(hub.page(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "same-origin"


def test_files_may_be_kept(hub, browser_without_login):
    """Our stylesheet, the same for everybody, is open and may be kept for ever."""
    reply = browser_without_login.get(hub.page("static/responsibility.css?v=1"))
    assert "immutable" in reply.headers["Cache-Control"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("static/../app.py", "static/%2e%2e/service/app.py", "static/nothing.css"):
        assert browser_without_login.get(hub.page(path)).status_code in (403, 404)


def test_cookies(hub):
    """What says who somebody is can't be read by scripts, nor sent along by other sites."""
    session, said = hub.visit("hanna"), []
    session.hooks["response"] = lambda reply, **_: said.extend(
        reply.raw.headers.getlist("Set-Cookie")
    )
    session.get(hub.page())
    ours = [cookie for cookie in said if cookie.startswith("service-responsibilities")]
    assert {cookie.partition("=")[0] for cookie in ours} == {
        "service-responsibilities",
        "service-responsibilities-oauth-state",
    }
    for cookie in ours:
        if cookie.partition("=")[2].startswith('""'):
            continue  # a cookie that is cleared
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/services/responsibilities/" in cookie


# -- what is for whom


def test_addresses_are_for_those_logged_in(hub):
    """Once logged in, everybody sees every way to reach somebody."""
    session = hub.visit("uwe")
    html = session.get(hub.page("contacts")).text + session.get(hub.page("model")).text
    html += session.get(hub.page("roles/community-representative")).text
    assert all(private in html for private in PRIVATE)


def test_an_unknown_role_is_not_found(hub):
    """A role that the model doesn't have is a 404, as page and as JSON."""
    session = hub.visit("uwe")
    reply = session.get(hub.page("roles/no-such-role"))
    assert reply.status_code == 404
    assert PUBLIC in reply.text
    assert is_error(session.get(hub.page("api/roles/no-such-role")), 404, "not_found")


# -- what the API says


def test_the_shape_of_me(hub):
    """`api/me` has the fields that others build on."""
    session = hub.visit("rita")
    session.get(hub.page())
    me = session.get(hub.page("api/me")).json()
    assert me["user"] == {
        "name": "rita",
        "display_name": None,
        "admin": False,
        "kind": "user",
    }
    role = next(role for role in me["roles"] if role["id"] == "community-representative")
    confirmation = role.pop("confirmation")
    assert role == {
        "id": "community-representative",
        "title": "Community Representative",
        "groups": ["community-reps"],
    }
    assert (confirmation["state"], confirmation["at"]) == ("never", None)
    assert re.fullmatch("[0-9a-f]{16}", confirmation["duties_digest"])
    assert all(set(duty) == {"id", "title", "area", "as", "through"} for duty in me["duties"])
    assert {duty["as"] for duty in me["duties"]} <= {"accountable", "performer"}
    assert {duty["through"] for duty in me["duties"]} <= {
        "hub-administrator",
        "community-representative",
    }
    contact_finder = next(contact for contact in me["contacts"] if contact["id"] == "help-desk")
    assert contact_finder == {
        "id": "help-desk",
        "name": "Help desk",
        "for": ["everyone"],
        "url": PUBLIC,
        "hours": "Mon–Fri",
        "languages": ["en", "pt"],
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", me["as_of"])


def test_the_shape_of_model(hub):
    """`api/model` has every area with its responsibilities, and every role."""
    token = as_token(hub.token_for("uwe"))
    model = requests.get(hub.page("api/model"), headers=token, timeout=10).json()
    assert [len(area["responsibilities"]) for area in model["areas"]] == [5, 5, 5, 3]
    for area in model["areas"]:
        assert {"id", "title", "goal", "split"} <= set(area)
        for each in area["responsibilities"]:
            assert {"id", "title", "description", "accountable", "performed_by", "split"} <= set(
                each
            )
    assert {role["id"] for role in model["roles"]} == {
        "site-reliability-engineer",
        "community-guide",
        "hub-administrator",
        "community-representative",
    }


def test_the_shape_of_a_role(hub):
    """`api/roles/<role>` has holders with their source and age, duties, and who appoints."""
    token = as_token(hub.token_for("uwe"))
    url = hub.page("api/roles/community-representative")
    role = requests.get(url, headers=token, timeout=10).json()
    assert {"id", "title", "groups", "holders", "duties", "appointed_by"} <= set(role)
    assert role["groups"] == ["community-reps"]
    account, person = role["holders"]
    assert (account["name"], account["kind"], account["source"]) == (
        "rita",
        "account",
        "community-reps",
    )
    assert (person["name"], person["kind"]) == ("Professor Marlow", "person")
    assert account["as_of"]
    assert person["as_of"]
    assert role["duties"]


# -- what the service itself may do, and what it tells


def service_token(hub) -> str:
    """The token that the hub gave to the service."""
    return hub.service.environ()["JUPYTERHUB_API_TOKEN"]


def test_the_service_may_change_the_mapped_groups_and_no_others(hub):
    """Of another group it can see no more than the roles of the hub, and not who is in it."""
    token = service_token(hub)
    hub.api("POST", "groups/others").raise_for_status()
    groups = ("hub-admins", "community-reps")
    has = set(hub.api("GET", "user", token=token).json()["scopes"])
    assert {scope for scope in has if scope.startswith("groups")} == {
        f"groups!group={group}" for group in groups
    }
    names = {group["name"] for group in hub.api("GET", "groups", token=token).json()}
    assert names == set(groups)
    assert hub.api("GET", "groups/hub-admins", token=token).status_code == 200
    others = hub.api("GET", "groups/others", token=token).json()
    assert set(others) == {"kind", "name", "roles"}
    refused = hub.api("POST", "groups/others/users", token=token, json={"users": ["uwe"]})
    assert refused.status_code in (403, 404)
    assert hub.api("GET", "groups/others").json()["users"] == []
    hub.api("DELETE", "groups/others").raise_for_status()
    for call in (
        "GET proxy",
        "GET services",
        "POST users/hanna/tokens",
        "POST users/hanna/server",
        "POST groups/others/users",
        "POST shutdown",
    ):
        method, path = call.split()
        reply = hub.api(method, path, token=token, json={"users": ["uwe"]})
        assert reply.status_code in (403, 404), call


def test_the_log_holds_no_secret(hub):
    """Neither tokens, cookies, login codes nor questions get into what the service logs."""
    session, secrets = hub.visit("hanna"), [hub.token_for("hanna"), service_token(hub)]

    def collect(reply, **_):
        for address in (reply.url, reply.headers.get("Location", "")):
            secrets.extend(re.findall(r"(?:code|state|code_challenge)=([^&]+)", address))

    session.hooks["response"] = collect
    session.get(hub.page("contacts?q=my-own-private-matter"))
    secrets.extend(cookie.value for cookie in session.cookies if len(cookie.value) > 8)
    assert len(secrets) > 6
    session.get(hub.page("oauth_callback?code=code-in-vain&state=state-in-vain"))
    session.get(hub.page("no-such-page?token=token-in-vain"))
    requests.get(hub.page("api/me"), headers=as_token("token-in-vain"), timeout=10)
    secrets += ["my-own-private-matter", "in-vain"]
    said = "\n".join(
        line
        for line in hub.log().splitlines()
        if not re.match(r"\[\w [\d-]+ [\d:.]+ \w+", line) and "ConfigProxy" not in line
    )
    assert "Serving responsibilities at" in said
    assert "/services/responsibilities/no-such-page" in said
    for secret in secrets:
        assert secret not in said
