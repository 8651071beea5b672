"""Fills the demo hub, so that it shows the service in use: terms, a request, a note, a history.

    python -m docs.demo http://127.0.0.1:8000 http://127.0.0.1:10105

`make demo` runs this beside the hub. All of it is done through the service's own API, by the people
of the demo. Nothing is done where somebody has done something before, or on another hub.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import requests
import yaml

PASSWORD = "demo"
SERVICE = "services/responsibilities"
PATIENCE = 90
"""Seconds to wait for the hub."""

DECLARATION = Path(__file__).parents[1] / "responsibilities.yaml"
ADMINISTRATOR = "roles/hub-administrator/holders"
REPRESENTATIVE = "roles/community-representative/holders"
NEWCOMERS = ("tom", "ada", "chioma", "dmitri", "elif", "jun")

Call = Callable[..., Any]
"""Calls the API as somebody: `call("rita", "PUT", path, until=…)`; what it answers."""


class NotTheDemoError(Exception):
    """This is no hub to do things on; the message says why."""


def main(home: str, service: str = "") -> int:
    """Fill the demo at an address, and say what became of it. The status for the shell.

    At the address of the `service` itself one can wait for it, and the proxy logs no errors.
    """
    try:
        if service:
            wait_for_start(service)
        wait_for(home, "roster")
        filled = fill(home)
    except (NotTheDemoError, TimeoutError, requests.RequestException) as error:
        print(f"  The demo runs, but was not filled with examples: {error}", file=sys.stderr)
        return 1
    history = "It shows a hub in use." if filled else "It is as you left it."
    print(f"  Ready. {history} Begin as rita: {home}/{SERVICE}/\n")
    return 0


def fill(home: str) -> bool:
    """Do what people do on a hub; False, and nothing, where somebody has done something before.

    Raises NotTheDemoError, or RequestException where the hub or the service does not take it.
    """
    call = caller(home)
    if call("root", "GET", "model")["community"] != community():
        raise NotTheDemoError("the hub there is another one")
    if any(entry["actor_kind"] == "user" for entry in history(call)):
        return False
    wait_for_first_holders(call)
    for who, method, path, said in deeds(datetime.now(timezone.utc).date()):
        call(who, method, path, **said)
    confirm(call, "rita", "community-representative")
    return True


def wait_for_first_holders(call: Call) -> None:
    """Wait until the service has appointed rita, and made her the first administrator."""
    role = "roles/hub-administrator"
    until(lambda: call("root", "GET", role)["holders"], "the service has appointed nobody")


def deeds(today: date) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """What is done: by whom, and what is sent to the API."""
    end = end_of_term(today).isoformat()
    chosen = "Chosen at the general meeting"
    yield "root", "PUT", f"{REPRESENTATIVE}/rita", {"until": end, "reason": chosen}
    known = "Knows everybody in the lab"
    yield "rita", "PUT", f"{ADMINISTRATOR}/hanna", {"until": end, "reason": known}
    yield "hanna", "POST", "users", {"usernames": NEWCOMERS}
    school = "Looks after the summer school"
    yield "rita", "PUT", f"{ADMINISTRATOR}/tom", {"until": end, "reason": school}
    note = "The list of participants is in the shared folder. Two of them still need more memory."
    yield "tom", "DELETE", f"{ADMINISTRATOR}/tom?note={note}", {}
    wish = "I helped tom with the summer school, and would like to go on."
    asked = {"role": "hub-administrator", "until": end, "reason": wish}
    yield "uwe", "POST", "requests", asked


def end_of_term(today: date) -> date:
    """The end of a June, half a year from now at least: the same day in pictures of one year."""
    year = today.year + (today + timedelta(days=180) > date(today.year, 6, 30))
    return date(year, 6, 30)


def confirm(call: Call, who: str, role: str) -> None:
    """Somebody confirms the duties of a role, as they read them."""
    (held,) = (each for each in call(who, "GET", "me")["roles"] if each["id"] == role)
    digest = held["confirmation"]["duties_digest"]
    call(who, "POST", "confirmations", role=role, duties_digest=digest)


def history(call: Call) -> list[dict[str, Any]]:
    """Every entry of the ledger."""
    return [json.loads(line) for line in call("root", "GET", "ledger?format=jsonl").splitlines()]


def community() -> dict[str, str]:
    """The community of the demo hub."""
    declared: dict[str, str] = yaml.safe_load(DECLARATION.read_text())["community"]
    return declared


def caller(home: str) -> Call:
    """Calls the API with tokens of the accounts of the demo, which are good for some minutes."""
    tokens: dict[str, str] = {}

    def call(who: str, method: str, path: str, **said: Any) -> Any:
        if who not in tokens:
            tokens[who] = token(home, who)
        reply = requests.request(
            method,
            f"{home}/{SERVICE}/api/{path}",
            headers={"Authorization": f"token {tokens[who]}"},
            json=said or None,
            timeout=30,
        )
        reply.raise_for_status()
        as_json = reply.headers["Content-Type"].startswith("application/json;")
        return reply.json() if as_json else reply.text

    return call


def token(home: str, who: str) -> str:
    """A token of an account, for its password."""
    auth = {"username": who, "password": PASSWORD}
    reply = requests.post(
        f"{home}/hub/api/users/{who}/tokens",
        json={"auth": auth, "expires_in": 600, "note": "the demo's examples"},
        timeout=30,
    )
    if reply.status_code == requests.codes.forbidden:
        raise NotTheDemoError(f"{who} cannot log in there with the password of the demo")
    reply.raise_for_status()
    return str(reply.json()["token"])


def wait_for_start(service: str) -> None:
    """Wait until the service answers at its own address: the hub is there by then."""
    url = f"{service}/{SERVICE}/healthz"
    until(lambda: requests.get(url, timeout=5) is not None, f"no answer from {service}")


def wait_for(home: str, what: Literal["roster", "accounts"]) -> None:
    """Wait until the service has read who is in the groups, or what accounts may do."""
    url = f"{home}/{SERVICE}/healthz"
    headers: dict[str, str] = {}

    def has_read() -> bool:
        if not headers:
            headers["Authorization"] = f"token {token(home, 'root')}"
        reply = requests.get(url, headers=headers, timeout=5)
        return bool(reply.ok and reply.json()[what]["as_of"])

    until(has_read, f"no answer from {url}")


def until(so: Callable[[], object], trouble: str) -> None:
    """Wait until something is so; as long as the hub starts, nothing answers. Raises TimeoutError,
    which says the trouble."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(requests.RequestException):
            if so():
                return
        time.sleep(0.5)
    raise TimeoutError(trouble)


if __name__ == "__main__":
    sys.exit(main(*(address.rstrip("/") for address in sys.argv[1:])))
