"""The API does what its published description says, in every answer and every error."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator, FormatChecker

from jupyterhub_responsibility.service.routes import ROUTES

IDS = {"role": ("community-representative", "hub-administrator", "site-reliability-engineer")}
"""What to put in place of a part of an address."""

QUESTIONS = {
    "q": ("", "bills", "community guide", "nothing of the kind xyzzy"),
    "person": ("rita", "nobody-at-all"),
    "role": ("hub-administrator",),
    "since": ("2026-01-01", "2027-01-01T10:00:00Z"),
    "until": ("2027-01-01",),
    "before": ("1", "1000"),
    "format": ("json",),
    "at": ("2020-01-01", "2026-01-01T10:00:00Z"),
    "kind": ("people", "outside"),
}
"""What to ask where one may ask."""

TOGETHER = {"api/may": "?user=rita&responsibility=decide-finances"}
"""What has to be asked all at once."""

CLOSED = {
    ("uwe", "api/kept"),
    ("uwe", "api/ledger"),
    ("uwe", "api/coverage"),
    ("uwe", "api/calendar"),
    ("uwe", "api/may"),
    ("uwe", "api/roles/hub-administrator/candidates"),
    *(
        (name, f"api/roles/{role}/candidates")
        for name in ("uwe", "rita")
        for role in ("community-representative", "site-reliability-engineer")
    ),
}
"""Who may not see what."""

EARLIER = {
    ("root", "api/roles/hub-administrator"),
    ("root", "api/roles/community-representative"),
    ("root", "api/roles/site-reliability-engineer"),
    ("rita", "api/roles/hub-administrator"),
}
"""Who may see of what who held it on an earlier day."""

PATHS = [
    route.path.replace("<", "{").replace(">", "}") for route in ROUTES if "GET" in route.operations
]


def as_token(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"}


@pytest.fixture(scope="module")
def described(hub) -> dict[str, Any]:
    """The document as it is served."""
    headers = as_token(hub.token_for("uwe"))
    return requests.get(hub.page("api/openapi.json"), headers=headers, timeout=10).json()


def closed(part: Any) -> Any:
    """A schema in which objects may have the keys that it names, and no other."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    strict = {"additionalProperties": False} if "properties" in part else {}
    return {key: closed(each) for key, each in part.items()} | strict


def faults(described: dict[str, Any], schema: dict[str, Any], said: Any) -> list[str]:
    """In what an answer differs from its schema."""
    components = {"schemas": closed(described["components"]["schemas"])}
    validator = Draft202012Validator(
        {**schema, "components": components}, format_checker=FormatChecker(["date-time"])
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(said)]


def check(described: dict[str, Any], path: str, reply: requests.Response) -> None:
    """Hold a reply against what is said about it: status, kind, content, headers."""
    operation = described["paths"][f"/{path}"][reply.request.method.lower()]
    response = operation["responses"][str(reply.status_code)]
    if "$ref" in response:
        response = described["components"]["responses"][response["$ref"].rpartition("/")[2]]
    kind = reply.headers["Content-Type"].partition(";")[0]
    said = reply.json() if kind == "application/json" else reply.text
    assert faults(described, response["content"][kind]["schema"], said) == []
    assert all(name in reply.headers for name in response.get("headers", ()))


def _one_by_one(asked: set[str]) -> list[str]:
    return [f"?{name}={each}" for name in asked for each in QUESTIONS[name]]


def may_see(who: str, place: str, url: str) -> bool:
    """Whether somebody may see what is there."""
    return (who, place) not in CLOSED and ("?at=" not in url or (who, place) in EARLIER)


def addresses(hub, described: dict[str, Any], path: str) -> list[str]:
    """Every address to try for a path, with questions where one may ask."""
    places = [path]
    for name, ids in IDS.items():
        places = [place.replace(f"{{{name}}}", each) for place in places for each in ids]
    item = described["paths"][f"/{path}"]
    asked = {parameter["name"] for parameter in item["get"].get("parameters", ())}
    together = TOGETHER.get(path)
    assert together or asked <= set(QUESTIONS), "say here what to ask"
    assert "{" not in places[0], "say here what to put there"
    (server,) = described["servers"]
    queries = [together] if together else ["", *_one_by_one(asked)]
    return [
        f"{hub.origin}{server['url']}/{place}{query}"
        for place in dict.fromkeys(places)
        for query in queries
    ]


def test_the_document_is_for_whoever_may_open_the_pages(hub, described):
    """It is served as JSON to sessions and tokens that have access; who has none gets none."""
    session = hub.visit("rita")
    session.get(hub.page())
    reply = session.get(hub.page("api/openapi.json"))
    assert reply.json() == described
    assert reply.headers["Content-Type"].startswith("application/json")
    assert requests.get(hub.page("api/openapi.json"), timeout=10).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_described(hub, described, path):
    """What everybody really gets has each field that is described, as described, and no other."""
    for name in ("rita", "uwe", "root"):
        session = hub.visit(name)
        session.get(hub.page())
        for url in addresses(hub, described, path):
            by_session = session.get(url)
            by_token = requests.get(url, headers=as_token(hub.token_for(name)), timeout=10)
            for reply in (by_session, by_token):
                place = url.partition("?")[0].removeprefix(hub.page())
                assert reply.status_code == (200 if may_see(name, place, url) else 403)
                check(described, path, reply)


def test_both_ways_to_send_a_token(hub, described):
    """A token is taken in each of the ways that are described."""
    token, schemes = hub.token_for("uwe"), described["components"]["securitySchemes"]
    assert schemes["token"]["name"] == "Authorization"
    assert schemes["bearer"]["scheme"] == "bearer"
    for way in ("token", "bearer", "Bearer"):
        headers = {"Authorization": f"{way} {token}"}
        assert requests.get(hub.page("api/me"), headers=headers, timeout=10).ok
    session = hub.visit("uwe")
    session.get(hub.page())
    assert schemes["session"]["name"] in {cookie.name for cookie in session.cookies}


def test_the_kinds_of_contacts_are_met(hub, described):
    """The answers that are held against the document have contacts, and people without one."""
    headers = as_token(hub.token_for("uwe"))
    channels = [
        channel
        for url in addresses(hub, described, "api/contacts")
        for answer in requests.get(url, headers=headers, timeout=10).json()["answers"]
        for channel in answer["contacts"]
    ]
    assert {"id" in each for each in channels} == {True, False}


@pytest.mark.parametrize("path", [path for path in PATHS if path != "healthz"])
def test_errors_are_as_described(hub, described, path):
    """Who has no login, or asks in a way that is refused, gets an error of the one shape."""
    token = as_token(hub.token_for("uwe"))
    for url in addresses(hub, described, path):
        for status, headers in (
            (403, {}),
            (403, as_token("nonsense")),
            (403, as_token(hub.token_for("uwe", ["self"]))),
            (400, {**token, "Upgrade": "websocket"}),
        ):
            reply = requests.get(url, headers=headers, timeout=10)
            assert reply.status_code == status
            check(described, path, reply)


def test_what_is_not_there_is_as_described(hub, described):
    """A role that the model doesn't have is the 404 that is described."""
    headers = as_token(hub.token_for("uwe"))
    reply = requests.get(hub.page("api/roles/no-such-role"), headers=headers, timeout=10)
    assert reply.status_code == 404
    check(described, "api/roles/{role}", reply)


def test_a_hub_that_fails_is_as_described(fault_hub, described):
    """While the hub doesn't say who is asking, each address answers with the 503 described."""
    headers = as_token(fault_hub.hub.token_for("hanna"))
    with fault_hub.fault(only="/user", status=500):
        for path in PATHS:
            if path == "healthz":
                continue
            url = fault_hub.hub.page(path.replace("{role}", "hub-administrator"))
            reply = requests.get(url, headers=headers, timeout=10)
            assert reply.status_code == 503
            check(described, path, reply)


CHANGES = [
    ("rita", "PUT", "roles/{role}/holders/{user}", "hub-administrator/uwe", None, 200),
    ("rita", "PUT", "roles/{role}/holders/{user}", "hub-administrator/uwe", {}, 200),
    ("rita", "PUT", "roles/{role}/holders/{user}", "hub-administrator/nemo", {}, 404),
    ("rita", "PUT", "roles/{role}/holders/{user}", "hub-administrator/uwe", {"x": 1}, 400),
    ("uwe", "PUT", "roles/{role}/holders/{user}", "community-representative/uwe", {}, 403),
    ("root", "PUT", "roles/{role}/holders/{user}", "site-reliability-engineer/uwe", {}, 409),
    ("rita", "DELETE", "roles/{role}/holders/{user}", "hub-administrator/uwe", None, 200),
    ("hanna", "POST", "users", "", {"usernames": []}, 400),
    ("hanna", "POST", "users", "", {"usernames": ["ada", "uwe", "a/b"]}, 200),
    ("uwe", "POST", "users", "", {"usernames": ["ada"]}, 403),
    ("uwe", "POST", "requests", "", {"role": "hub-administrator", "until": "2999-01-01"}, 201),
    ("uwe", "POST", "requests", "", {"role": "hub-administrator"}, 409),
    ("uwe", "GET", "requests", "", None, 200),
    ("rita", "GET", "requests", "", None, 200),
    ("rita", "POST", "requests/{number}", "", {"verdict": "declined", "message": "Later"}, 200),
    ("rita", "POST", "requests/{number}", "", {"verdict": "declined"}, 409),
    (
        "hanna",
        "POST",
        "confirmations",
        "",
        {"role": "hub-administrator", "duties_digest": "0" * 16},
        412,
    ),
    ("rita", "GET", "ledger", "", None, 200),
]


def test_changes_are_as_described(hub, described):
    """Each kind of change, and each refusal, answers as described, one after the other."""
    number = ""
    for name, method, path, names, body, status in CHANGES:
        role, _, user = names.partition("/")
        parts = {"role": role, "user": user, "number": number}
        url = hub.page(f"api/{path.format(**parts)}")
        headers = as_token(hub.token_for(name))
        reply = requests.request(method, url, json=body, headers=headers, timeout=30)
        assert reply.status_code == status, (name, method, url, reply.text)
        check(described, f"api/{path}", reply)
        if path == "requests" and status == 201:
            number = str(reply.json()["number"])
    me = requests.get(hub.page("api/me"), headers=as_token(hub.token_for("hanna")), timeout=30)
    (role,) = me.json()["roles"]
    body = {"role": role["id"], "duties_digest": role["confirmation"]["duties_digest"]}
    headers = as_token(hub.token_for("hanna"))
    reply = requests.post(hub.page("api/confirmations"), json=body, headers=headers, timeout=30)
    assert reply.status_code == 201
    check(described, "api/confirmations", reply)


def test_a_role_that_has_changed_since_is_as_described(hub, described):
    """The ETag of a role lets a client change what it saw, and nothing else."""
    headers = as_token(hub.token_for("rita"))
    role = requests.get(hub.page("api/roles/hub-administrator"), headers=headers, timeout=30)
    url = hub.page("api/roles/hub-administrator/holders/uwe")
    fresh = {**headers, "If-Match": role.headers["ETag"]}
    for status in (200, 412):
        reply = requests.put(url, headers=fresh, timeout=30)
        assert reply.status_code == status
        check(described, "api/roles/{role}/holders/{user}", reply)
    requests.delete(url, headers=headers, timeout=30).raise_for_status()
