"""Those in charge keep contacts, people without an account, and links, on a real hub."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from itertools import product

import pytest
import requests
import yaml
from bs4 import BeautifulSoup

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.kept import id_of_link, id_of_person
from jupyterhub_responsibility.enabling.routing import ask

from .. import horrors
from ..realhub import MANY_WRITES, RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    ENGINEER,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    code,
    entries,
    form_with,
    plain,
    said,
    set_members,
    told,
)
from .test_same_name import make

LINKS = [
    {"title": "How we work", "url": "https://reef.example/work", "for": [REPRESENTATIVE]},
    {"title": "Status", "url": "https://crew.example/status", "for": [ENGINEER]},
]
KEPT = {
    **DECLARATION,
    "roles": {
        **DECLARATION["roles"],
        ADMINISTRATOR: {"groups": ["hub-admins"], "people": [{"name": "Ina"}]},
    },
    "contacts": [
        *DECLARATION["contacts"],
        {"id": "reps", "name": "Reps", "for": [REPRESENTATIVE], "telephone": "+49 40 111111"},
        {"id": "crew", "name": "Crew", "for": ["operator"], "email": "crew@crew.example"},
    ],
    "links": LINKS,
}
COMMUNITYS = {
    "contact": "reps",
    "person": id_of_person(ADMINISTRATOR, "Ina"),
    "link": id_of_link(LINKS[0]["url"]),
}
PROVIDERS = {
    "contact": "crew",
    "person": id_of_person(ENGINEER, "Sam of Cloud Crew"),
    "link": id_of_link(LINKS[1]["url"]),
}
ROLES = {"reps": REPRESENTATIVE, "crew": "operator"}
MANY = f"{MANY_WRITES}\nquota.MOST_WITH_POWER = 100_000\n"
MAY = {
    "rita": (COMMUNITYS,),
    "hanna": (COMMUNITYS,),
    "kim": (PROVIDERS,),
    "root": (COMMUNITYS, PROVIDERS),
    "guy": (),
    "uwe": (),
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """Reef Lab's hub: rita represents, hanna administers, guy guides, kim is the provider's."""
    folder = tmp_path_factory.mktemp("keep")
    before = "c.Authenticator.allow_all = True\n"
    with RealHub(folder, KEPT, settings=QUICK, before=before, first=MANY) as running:
        make(running, "kim", "guy")
        set_members(
            running, **{"community-reps": {"rita"}, "hub-admins": {"hanna"}, "guides": {"guy"}}
        )
        yield running


@pytest.fixture
def clean(hub):
    """Nothing is kept when a test begins."""
    root = Person(hub, "root")
    for each in root.get("api/kept").json()["things"]:
        if each["written"] or each["set_aside"] or each["differs"]:
            root.ask("DELETE", f"api/kept/{each['kind']}/{each['id']}").raise_for_status()
    return hub


def things(hub, who: str = "root") -> dict[str, dict]:
    """Everything, by kind and id."""
    found = Person(hub, who).get("api/kept").json()["things"]
    return {f"{each['kind']}/{each['id']}": each for each in found}


def put(hub, who: str, path: str, fields, seen: str = "") -> requests.Response:
    headers = {"If-Match": f'"{seen}"'} if seen else {}
    return Person(hub, who).ask("PUT", f"api/kept/{path}", json={"fields": fields}, headers=headers)


@pytest.mark.parametrize("who", MAY)
def test_who_may_do_what(clean, who):
    """Each kind of person × each kind of thing × add, change, set aside and take back."""
    hub, person, there = clean, Person(clean, who), things(clean)
    answers = {}
    for whose, kind in product((COMMUNITYS, PROVIDERS), COMMUNITYS):
        path = f"{kind}/{whose[kind]}"
        was = there[path]["says"]
        named = {("title" if kind == "link" else "name"): "Another"}
        body = {"role": there[path]["role"] or "", "fields": {**without_id(was), **named}}
        answers[path] = [
            put(hub, who, path, body["fields"]).status_code,
            person.ask("DELETE", f"api/kept/{path}").status_code,
            put(hub, who, path, None).status_code,
            person.ask("DELETE", f"api/kept/{path}").status_code,
        ]
        added = person.ask("POST", f"api/kept/{kind}", json=body)
        answers[path].append(added.status_code)
        if added.status_code == 201:
            new = added.json()["thing"]["id"]
            answers[path].append(person.ask("DELETE", f"api/kept/{kind}/{new}").status_code)
    assert answers == {
        f"{kind}/{whose[kind]}": [200, 200, 200, 200, 201, 200] if whose in MAY[who] else [403] * 5
        for whose, kind in product((COMMUNITYS, PROVIDERS), COMMUNITYS)
    }
    assert things(hub) == there


def without_id(fields: dict) -> dict:
    return {name: value for name, value in fields.items() if name != "id"}


# -- what follows from it, everywhere


def test_everybody_sees_it_at_once(clean):
    """A telephone number that was changed is on every page, in exports and in the API, with no
    restart; and the old one is nowhere."""
    put(clean, "rita", "contact/reps", {**REPS, "telephone": "+49 40 222222"}).raise_for_status()
    for who, path in (
        ("uwe", "contacts"),
        ("uwe", f"roles/{REPRESENTATIVE}"),
        ("uwe", "api/contacts"),
        ("hanna", "exports/contacts.csv"),
        ("hanna", "exports/contacts.vcf"),
        ("hanna", "exports/declaration.yaml"),
    ):
        text = (
            clean.visit(who).get(clean.page(path), timeout=30).text
            if "api" not in path
            else (Person(clean, who).get(path).text)
        )
        assert "+49 40 222222" in text, path
        assert "+49 40 111111" not in text, path


REPS = {"name": "Reps", "for": [REPRESENTATIVE], "telephone": "+49 40 111111"}


def test_what_is_public_is_on_the_login_page(clean):
    """Within a minute, without a restart; and gone from there once it is taken back."""
    nobody = requests.Session()

    def login_page() -> str:
        return nobody.get(clean.hub_url("login"), timeout=30).text

    said = {"name": "Night line", "telephone": "+49 40 777777", "public": True}
    added = Person(clean, "rita").ask("POST", "api/kept/contact", json={"fields": said}).json()
    put(clean, "rita", "contact/help", {**said, "name": "Help", "telephone": "+49 40 888888"})
    clean.wait_for(lambda: "+49 40 777777" in login_page() and "+49 40 888888" in login_page())
    assert "+49 40 111111" not in login_page()
    path = f"api/kept/contact/{added['thing']['id']}"
    Person(clean, "rita").ask("DELETE", path).raise_for_status()
    Person(clean, "rita").ask("DELETE", "api/kept/contact/help").raise_for_status()
    clean.wait_for(lambda: not {"+49 40 777777", "+49 40 888888"} & set(numbers(login_page())))


def numbers(text: str) -> list[str]:
    return re.findall(r"\+49 40 \d{6}", text)


def test_only_the_hub_reads_what_is_for_its_pages(clean):
    """Nobody else has the token: no login, no token of the hub, and no question of theirs helps."""
    for headers in (
        {},
        {"Authorization": f"token {clean.token_for('root')}"},
        {"X-Responsibility-Question": "x"},
        {"X-Responsibility-Question": "x", "X-Responsibility-Proof": "0" * 64},
        {"X-Responsibility-Question": "ü".encode(), "X-Responsibility-Proof": "ü".encode()},
    ):
        reply = requests.get(clean.page("hub-contacts"), headers=headers, timeout=10)
        assert (reply.status_code, "Reps" in reply.text) == (403, False)


def at_port(hub) -> tuple[str, str, int]:
    """Where the hub asks for it, its token and its process."""
    path = hub.page("hub-contacts").removeprefix(hub.origin)
    token = hub.service.environ()["JUPYTERHUB_API_TOKEN"]
    return f"http://127.0.0.1:{hub.service_port}{path}", token, hub.process.pid


def test_the_hub_reads_it(clean):
    """Contacts, and nobody who wrote them."""
    put(clean, "rita", "contact/reps", {**REPS, "hours": "9 to 5"}).raise_for_status()
    put(clean, "rita", f"link/{COMMUNITYS['link']}", None).raise_for_status()
    found, said = ask(*at_port(clean), None)
    assert found == "ours"
    (each,) = json.loads(said)["kept"]
    assert (each["id"], each["by"]) == ("reps", "")
    assert ask(at_port(clean)[0], "another-token", 0, None) == ("another hub's", b"")


UNREAD = """
from jupyterhub_responsibility.changes.keeping import Keeping
from jupyterhub_responsibility.errors import LedgerError
async def fails(self):
    raise LedgerError("The ledger can't be read")
Keeping.read = fails
"""


def test_the_hub_is_not_told_that_nothing_is_kept(tmp_path):
    """While that isn't known: it would show again what was set aside."""
    with RealHub(tmp_path, KEPT, settings=QUICK, first=UNREAD) as hub:
        assert ask(*at_port(hub), None) == ("something else", b"")


def test_an_export_is_a_declaration(clean, tmp_path):
    """What is in force goes out as a declaration, which is valid and says the same."""
    put(clean, "rita", "contact/reps", {**REPS, "hours": "9 to 5"}).raise_for_status()
    put(clean, "hanna", f"link/{COMMUNITYS['link']}", None).raise_for_status()
    body = {"role": ADMINISTRATOR, "fields": {"name": "Kim Miller"}}
    Person(clean, "rita").ask("POST", "api/kept/person", json=body).raise_for_status()
    text = clean.visit("root").get(clean.page("exports/declaration.yaml"), timeout=30).text
    file = tmp_path / "exported.yaml"
    file.write_text(text, encoding="utf-8")
    declared = load(file)
    assert [each.name for each in declared.people[ADMINISTRATOR]] == ["Ina", "Kim Miller"]
    assert [each.hours for each in declared.contacts if each.id == "reps"] == ["9 to 5"]
    assert [each.title for each in declared.links] == ["Status"]


# -- the file


@pytest.fixture
def declare(clean):
    """Write the file anew, and wait until it is read; afterwards it is as it was."""

    def write(declaration: dict) -> None:
        clean.declaration_file.write_text(yaml.safe_dump(declaration))

    yield write
    write(KEPT)
    clean.wait_for(lambda: things(clean)["contact/reps"]["declared"]["telephone"].endswith("111"))


def test_the_file_is_changed_after_the_page(clean, declare):
    """The newer word counts; both are shown, a gap says so, and either can be chosen."""
    put(clean, "rita", "contact/reps", {**REPS, "telephone": "+49 40 222222"}).raise_for_status()
    newer = {**REPS, "id": "reps", "telephone": "+49 40 333333"}
    declare({**KEPT, "contacts": [c if c["id"] != "reps" else newer for c in KEPT["contacts"]]})
    clean.wait_for(lambda: things(clean)["contact/reps"]["differs"] == "changed")
    assert things(clean)["contact/reps"]["says"]["telephone"] == "+49 40 333333"
    kinds = [gap["kind"] for gap in Person(clean, "rita").get("api/coverage").json()["gaps"]]
    assert "page-differs" in kinds
    rita = Browser(clean, "rita")
    both = rita.read("keep").find(id="contact-reps").text
    assert ("+49 40 222222" in both, "+49 40 333333" in both) == (True, True)
    reply = rita.submit("keep", {"action": "insist", "thing": "reps"})
    assert "changed the contact" in said(reply)
    assert things(clean)["contact/reps"]["says"]["telephone"] == "+49 40 222222"
    reply = rita.submit("keep", {"action": "take_back", "thing": "reps"})
    assert "took back" in said(reply)
    assert things(clean)["contact/reps"]["says"]["telephone"] == "+49 40 333333"


# -- in a browser without scripts


def test_a_telephone_number_on_the_page(clean):
    """A representative changes it, is told so, and so is everybody; hanna sets it aside."""
    rita = Browser(clean, "rita")
    path = "keep/contact/reps"
    reply = rita.submit(path, {"name": "Reps"}, telephone="+49 40 444444")
    assert plain(said(reply)) == "rita changed the contact “Reps”."
    assert reply.url.startswith(clean.page("keep?entry="))
    assert "+49 40 444444" in Browser(clean, "uwe").read(f"roles/{REPRESENTATIVE}").text
    row = rita.read("keep").find(id="contact-reps").text
    assert "Written on this page by rita" in " ".join(row.split())
    hanna = Browser(clean, "hanna")
    hanna.submit("keep", {"action": "take_back", "thing": "reps"})
    hanna.submit("keep", {"action": "set_aside", "thing": "reps"})
    assert "+49 40" not in Browser(clean, "uwe").read(f"roles/{REPRESENTATIVE}").text
    reply = hanna.submit("keep", {"action": "take_back", "thing": "reps"})
    assert plain(said(reply)) == "hanna took back what was written here about the contact “Reps”."


@pytest.mark.parametrize(
    ("path", "typed", "shown"),
    [
        ("keep/contact", {"name": "Desk", "email": "desk@reef.example"}, "“Desk”"),
        ("keep/person", {"name": "Kim", "role": ADMINISTRATOR}, "“Kim” (Hub Administrator"),
        ("keep/link", {"title": "Tips", "url": "/tips", "for": ADMINISTRATOR}, "“Tips”"),
    ],
)
def test_adding_on_the_page(clean, path, typed, shown):
    """Each kind of thing has its form."""
    rita = Browser(clean, "rita")
    form = form_with(rita.read(path), {"action": "save"})
    fields = {each["name"] for each in form.find_all(["input", "select"])}
    assert typed.keys() <= fields
    data = {"_xsrf": form.find("input", attrs={"name": "_xsrf"})["value"], "action": "save",
            "for": "everyone", **typed}  # fmt: skip
    reply = rita.session.post(clean.page(path), data=data, timeout=30)
    assert shown in plain(said(reply))


def test_nothing_that_was_typed_is_lost(clean):
    """Every fault is said at its field, and all that was filled in is there still."""
    rita = Browser(clean, "rita")
    reply = rita.submit(
        "keep/contact/reps", {"name": "Reps"}, name="", email="nonsense", hours="9 to 5"
    )
    assert reply.status_code == 400
    html = BeautifulSoup(reply.text, "html.parser")
    assert html.find(id="keep-name-wrong").text == "This is empty. Fill it in."
    assert "is not an email address" in html.find(id="keep-email-wrong").text
    assert html.find(id="keep-email")["value"] == "nonsense"
    assert html.find(id="keep-hours")["value"] == "9 to 5"
    assert html.find("input", value=REPRESENTATIVE).has_attr("checked")


def test_two_at_once(clean):
    """Who comes second sees both, and saves again if they mean it."""
    rita, hanna = Browser(clean, "rita"), Browser(clean, "hanna")
    form = form_with(hanna.read("keep/contact/reps"), {"name": "Reps"})
    rita.submit("keep/contact/reps", {"name": "Reps"}, telephone="+49 40 555555")
    data = {
        each["name"]: each.get("value", "")
        for each in form.find_all("input")
        if each["name"] not in ("for", "public", "nothing")
    }
    data |= {"for": REPRESENTATIVE, "telephone": "+49 40 666666"}
    if "nothing" in data:
        del data["nothing"]
    reply = hanna.session.post(clean.page("keep/contact/reps"), data=data, timeout=30)
    assert reply.status_code == 412
    assert "Somebody has changed this" in said(reply)
    assert "+49 40 555555" in reply.text
    assert "+49 40 666666" in reply.text
    tag = BeautifulSoup(reply.text, "html.parser").find("input", attrs={"name": "seen"})["value"]
    reply = hanna.session.post(
        clean.page("keep/contact/reps"), data={**data, "seen": tag}, timeout=30
    )
    assert "hanna changed the contact" in plain(said(reply))
    reply = put(clean, "rita", "contact/reps", REPS, seen=tag)
    assert (reply.status_code, code(reply)) == (412, "stale")


def test_who_sees_the_way_there(clean):
    """The link is where those are who may, and nowhere for others."""
    for who, sees in (("rita", True), ("hanna", True), ("guy", False), ("uwe", False)):
        for path in ("contacts", f"roles/{REPRESENTATIVE}"):
            found = Browser(clean, who).read(path).select("main a[href*='/keep']")
            assert bool(found) is sees, (who, path)


# -- words of horror


@pytest.mark.parametrize(
    "field",
    [
        "name",
        "email",
        "telephone",
        "url",
        "hours",
        "languages",
        "topics",
        "review_by",
        "for",
        "public",
        "other",
    ],
)
def test_horrors_in_every_field(clean, field):
    """Whatever is sent is kept as it is, or refused in words; pages stay as they are."""
    rita = Person(clean, "rita")
    for horror in (*horrors.NAMES, *horrors.ADDRESSES, *horrors.DATES, 7, None, {}, [None], True):
        fields = {**REPS, field: [horror] if field in ("languages", "topics", "for") else horror}
        reply = rita.ask("PUT", "api/kept/contact/reps", json={"fields": fields})
        assert reply.status_code in (200, 400, 403), (horror, reply.text)
    for path in ("keep", "keep/contact/reps", "contacts", f"roles/{REPRESENTATIVE}"):
        assert Browser(clean, "rita").read(path).select("main h1")
    text = clean.visit("root").get(clean.page("exports/declaration.yaml"), timeout=30).text
    assert load(yaml.safe_load(text)).contacts


# -- the record


def test_it_is_recorded(clean):
    """Who did what to which thing; no address is in the ledger, nor in the table once it is taken
    back."""
    before = entries(clean)[-1]["number"]
    body = {"role": ADMINISTRATOR, "fields": {"name": "Kim Miller", "email": "kim@reef.example"}}
    added = Person(clean, "rita").ask("POST", "api/kept/person", json=body).json()
    assert (
        plain(told(clean)[-1]) == "rita added “Kim Miller” (Hub Administrator, without an account)."
    )
    path = f"api/kept/person/{added['thing']['id']}"
    assert "kim@reef.example" in database(clean)
    Person(clean, "hanna").ask("DELETE", path).raise_for_status()
    assert "kim@reef.example" not in database(clean)
    found = entries(clean, before)
    assert [(each["event"], each["actor"], each["details"]["deed"]) for each in found] == [
        ("kept", "rita", "added"),
        ("kept", "hanna", "taken_back"),
    ]
    assert "kim@reef.example" not in str(found)


def database(hub) -> str:
    """What is kept, as it is in the database."""
    with closing(sqlite3.connect(hub.folder / "jupyterhub-responsibility.sqlite")) as opened:
        return str(opened.execute("SELECT * FROM responsibility_kept").fetchall())
