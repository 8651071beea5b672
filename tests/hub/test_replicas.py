"""Two replicas of the service on one PostgreSQL, hit at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest
import requests

from jupyterhub_responsibility.changes.quota import MOST_A_DAY, MOST_OPEN
from jupyterhub_responsibility.storage.store import REVISION, Store

from ..realhub import ADMIN_TOKEN, DECLARATION, RealHub

ROLE = "community-representative"
ROLES = (ROLE, "hub-administrator", "community-guide")
PEOPLE = [f"person-{n}" for n in range(8)]


@dataclass(frozen=True)
class Pair:
    """A hub with two replicas, by the address of each one's pages, and their ledger."""

    hub: RealHub
    database: str
    places: tuple[str, str]

    def holders(self) -> set[str]:
        """Who holds the role, as the hub says."""
        return set(self.hub.api("GET", "groups/community-reps").json()["users"])

    def at_once(self, method: str, names: list[str]) -> list[requests.Response]:
        """Change several holders at the same moment, in turn at either replica."""
        token = {"Authorization": f"token {self.hub.token_for('root')}"}

        def change(job: tuple[int, str]) -> requests.Response:
            number, name = job
            url = f"{self.places[number % 2]}api/roles/{ROLE}/holders/{name}"
            return requests.request(method, url, headers=token, timeout=60)

        with ThreadPoolExecutor(len(names)) as pool:
            return list(pool.map(change, enumerate(names)))


@pytest.fixture(scope="module")
def pair(postgresql, tmp_path_factory):
    """The first replica is the hub's own; the second is started as the first was."""
    database = postgresql.new_database()
    folder = tmp_path_factory.mktemp("replicas")
    declared = {**DECLARATION, "roles": {**DECLARATION["roles"]}}
    declared["roles"]["community-guide"] = {"groups": ["guides"], "holders": {"min": 0}}
    declared["roles"][ROLE] = {"groups": ["community-reps"], "holders": {"min": 1, "max": 3}}
    with RealHub(folder, declared, options=f"database_url={database!r}") as hub:
        for name in PEOPLE:
            hub.api("POST", f"users/{name}").raise_for_status()
        with hub.replica() as second:
            yield Pair(hub, database, (hub.page(), second.at(hub.page())))


def test_no_more_than_the_role_may_have(pair):
    """Eight are appointed at once at two replicas: three become holders, five are refused."""
    for name in pair.holders():
        pair.hub.take_out_of_group("community-reps", name)
    replies = pair.at_once("PUT", PEOPLE)
    assert sorted(reply.status_code for reply in replies) == [200] * 3 + [409] * 5
    appointed = {name for name, reply in zip(PEOPLE, replies, strict=True) if reply.ok}
    assert pair.holders() == appointed
    assert Store(pair.database).verify() == []


def test_the_last_holder_stays(pair):
    """Three holders step down at once at two replicas: one of them has to stay."""
    pair.hub.put_in_group("community-reps", *PEOPLE[:3])
    tokens = [pair.hub.token_for(name) for name in PEOPLE[:3]]

    def step_down(number: int) -> int:
        url = f"{pair.places[number % 2]}api/roles/{ROLE}/holders/{PEOPLE[number]}"
        headers = {"Authorization": f"token {tokens[number]}"}
        return requests.delete(url, headers=headers, timeout=60).status_code

    for name in pair.holders() - set(PEOPLE[:3]):
        pair.hub.take_out_of_group("community-reps", name)
    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(step_down, range(3))) == [200, 200, 409]
    assert len(pair.holders()) == 1
    assert Store(pair.database).verify() == []


def test_what_one_replica_did_the_other_knows(pair):
    """After a change at one, the other one's page about it says so, and names who holds it."""
    pair.hub.put_in_group("community-reps", "rita")
    session = pair.hub.visit("rita")
    session.get(pair.hub.page())
    digest = session.get(f"{pair.places[1]}api/me").json()["roles"][0]["confirmation"][
        "duties_digest"
    ]
    headers = {"Authorization": f"token {pair.hub.token_for('rita')}"}
    body = {"role": ROLE, "duties_digest": digest}
    done = requests.post(
        f"{pair.places[0]}api/confirmations", json=body, headers=headers, timeout=30
    )
    number = done.json()["number"]
    page = session.get(pair.places[1], params={"entry": number}).text
    assert "confirmed the duties of" in page
    assert "You have not confirmed these duties yet" not in page


def test_a_replica_leaves_alone_what_the_other_is_doing(pair):
    """Nothing that the replicas did is taken for a change that somebody made elsewhere."""
    store = Store(pair.database)
    ours = {entry.person for entry in store.all() if entry.event == "appointment"}
    joined = [
        entry.person
        for entry in store.all()
        if entry.event == "observation" and entry.facts["change"] == "joined"
    ]
    assert ours
    assert set(joined) <= {*PEOPLE[:3], "rita", "hanna"}  # who was put in the group by hand


def requests_of(pair, name: str) -> list[int]:
    headers = {"Authorization": f"token {pair.hub.token_for(name)}"}
    found = requests.get(f"{pair.places[0]}api/requests", headers=headers, timeout=30).json()
    return [each["number"] for each in found["requests"] if each["mine"]]


def test_open_requests_are_counted_together(pair):
    """Eight are proposed at once at two replicas by one holder: five are taken."""
    pair.hub.put_in_group("hub-admins", "hanna")
    headers = {"Authorization": f"token {pair.hub.token_for('hanna')}"}

    def propose(number: int) -> int:
        body = {"role": "hub-administrator", "user": PEOPLE[number]}
        url = f"{pair.places[number % 2]}api/requests"
        return requests.post(url, json=body, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(propose, range(8)))
    assert statuses == [201] * MOST_OPEN + [409] * 3
    pair.hub.wait_for(lambda: len(requests_of(pair, "hanna")) == MOST_OPEN)


def test_a_day_is_counted_together(pair):
    """What one person has recorded at one replica counts at the other, at the same moment, too."""
    name = "zoe"  # whom nobody has proposed
    pair.hub.api("POST", f"users/{name}").raise_for_status()
    headers = {"Authorization": f"token {pair.hub.token_for(name)}"}

    def send(number: int, path: str, body: dict[str, str]) -> requests.Response:
        url = f"{pair.places[number % 2]}api/{path}"
        return requests.post(url, json=body, headers=headers, timeout=60)

    for number in range(MOST_A_DAY // 2 - 1):
        asked = send(number, "requests", {"role": ROLE})
        back = send(number + 1, f"requests/{asked.json()['number']}", {"verdict": "taken_back"})
        assert back.ok, back.text
    with ThreadPoolExecutor(3) as threads:
        replies = list(
            threads.map(lambda number: send(number, "requests", {"role": ROLES[number]}), range(3))
        )
    assert sorted(reply.status_code for reply in replies) == [201, 201, 429]


@pytest.fixture
def newer_tables(pair):
    """The ledger, as the next version of the service has brought it up to date."""
    address = pair.database.replace("postgresql+psycopg", "postgresql")
    rename = "UPDATE responsibility_version SET version_num = %s WHERE version_num = %s"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(rename, ("9999", REVISION))
        yield
        connection.execute(rename, (REVISION, "9999"))


def trouble(place: str) -> str:
    """What a replica says is wrong with its ledger."""
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    state = requests.get(f"{place}healthz", headers=headers, timeout=10).json()
    return state["ledger"]["trouble"] or ""


def test_a_rolling_update(pair, newer_tables):
    """Replicas that run go on after it; an older one that starts shows people, and changes none."""
    token = {"Authorization": f"token {pair.hub.token_for('root')}"}
    change = f"api/roles/{ROLE}/holders/{PEOPLE[0]}"
    for name in sorted(pair.holders()):
        pair.hub.take_out_of_group("community-reps", name)
    with pair.hub.replica() as older:
        there = older.at(pair.hub.page())
        pair.hub.wait_for(lambda: "newer version" in trouble(there))
        assert requests.get(f"{there}api/roles", headers=token, timeout=30).ok
        assert requests.put(there + change, headers=token, timeout=60).status_code == 503
    for place in pair.places:
        done = requests.put(place + change, headers=token, timeout=60)
        assert done.json()["result"] in ("done", "unchanged")
