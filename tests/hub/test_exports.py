"""What can be downloaded or printed: by whom, and that it says what the hub says at that moment."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape

import pytest
import requests
import vobject
import yaml

from jupyterhub_responsibility.declaration import dump, load
from jupyterhub_responsibility.exports.ledger import FORMATS
from jupyterhub_responsibility.ledger.anchors import kept_in
from jupyterhub_responsibility.service.downloads import DOWNLOADS
from jupyterhub_responsibility.service.routes import ROUTES

from ..realhub import DECLARATION

FILES = {each.name: each for each in DOWNLOADS}
EXPORTS = (*FILES, "print")
ADMIN = "hub-administrator"


def take(hub, who: str, name: str) -> requests.Response:
    """What somebody gets who follows a link on the panel."""
    session = hub.visit(who)
    session.get(hub.page())
    return session.get(hub.page(f"exports/{name}"))


def holders(hub, who: str = "root") -> set[tuple[str, str, str]]:
    """Role, kind and name of each row of the table."""
    text = take(hub, who, "holders.csv").content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {(row["role"], row["kind"], row["name"]) for row in rows}


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize(
    ("who", "may"), [("root", True), ("rita", True), ("hanna", True), ("uwe", False)]
)
def test_they_are_for_those_in_charge(hub, who, may, name):
    """JupyterHub admins and holders of a role take it along; others read why they can't."""
    reply = take(hub, who, name)
    assert reply.status_code == (200 if may else 403)
    assert reply.headers["Cache-Control"] == "private, no-store"
    if not may:
        assert reply.headers["Content-Type"].startswith("text/html")
        assert "Only JupyterHub admins, and people who hold a role" in reply.text
        assert "Content-Disposition" not in reply.headers
        assert "marlow@reef.example" not in reply.text


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_saved_under_a_name_of_its_own(hub, name):
    """A browser saves it, with the service and the day in its name, and guesses no page in it."""
    reply = take(hub, "rita", name)
    stem, _, ending = name.partition(".")
    assert re.fullmatch(
        rf'attachment; filename="responsibilities-{stem}-\d{{4}}-\d\d-\d\d\.{ending}"',
        reply.headers["Content-Disposition"],
    )
    assert reply.headers["Content-Type"] == f"{FILES[name].media_type}; charset=utf-8"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_panel_leads_to_each(hub):
    """On the panel there is a link to all there is to download or print, and to nothing else."""
    page = hub.visit("rita").get(hub.page("admin")).text
    assert set(re.findall(r'href="[^"]*/exports/([^"]+)"', page)) == set(EXPORTS)


def test_whoever_loses_the_role_takes_nothing_more(hub):
    """The hub is asked afresh: an identity of some seconds ago is not enough."""
    session = hub.visit("hanna")
    address = hub.page("exports/holders.csv")
    assert session.get(address).status_code == 200
    hub.api("DELETE", "groups/hub-admins/users", json={"users": ["hanna"]}).raise_for_status()
    try:
        assert session.get(address).status_code == 403
    finally:
        hub.put_in_group("hub-admins", "hanna")


def test_holders_are_those_of_the_hub(hub):
    """Who is put into a group stands in the file, and who is taken out no longer does."""
    before = holders(hub)
    assert {(ADMIN, "account", "hanna"), (ADMIN, "account", "rita")} <= before
    assert ("community-representative", "person", "Professor Marlow") in before
    assert ("community-guide", "nobody", "") in before
    hub.put_in_group("hub-admins", "uwe")
    assert holders(hub) == before | {(ADMIN, "account", "uwe")}
    hub.take_out_of_group("hub-admins", "uwe")
    assert holders(hub) == before


def test_the_same_for_programs(hub):
    """The JSON has the holders that the API has, as of the same reading or a later one."""
    said = take(hub, "rita", "holders.json").json()
    token = {"Authorization": f"token {hub.token_for('rita')}"}
    roles = requests.get(hub.page("api/roles"), headers=token, timeout=10).json()
    assert said["trouble"] is None
    assert said["ledger_read"]
    assert said["as_of"]
    assert {(r["role"], r["name"]) for r in said["holders"] if r["name"]} == {
        (role["id"], holder["name"]) for role in roles["roles"] for holder in role["holders"]
    }


def test_everything_says_where_the_ledger_ends(hub):
    """Files, pages and API name the same last entry, as long as nothing is written."""
    token = {"Authorization": f"token {hub.token_for('rita')}"}
    said = requests.get(hub.page("api/ledger"), headers=token, timeout=10).json()
    end, newest = said["ledger"], said["entries"][0]
    assert end == {"number": newest["number"], "digest": newest["digest"]}
    for address in ("api/coverage", "exports/holders.json", "exports/contacts.json"):
        found = requests.get(hub.page(address), headers=token, timeout=10).json()
        assert found["ledger"] == end, address
    for name in ("holders.csv", "contacts.csv"):
        assert f",{end['number']}:{end['digest']}\r\n" in take(hub, "rita", name).text
    session = hub.visit("rita")
    for address in ("admin", "ledger", "exports/print"):
        text = " ".join(session.get(hub.page(address)).text.split())
        assert f"Ledger: entry {end['number']}, <code>{end['digest']}</code>" in text, address


PATHS = {
    "<role>": ADMIN,
    "<user>": "hanna",
    "<number>": "1",
    "<kind>": "contact",
    "<thing>": "help-desk",
}
NO_FOOT = {"oauth_callback", "metrics", "gaps", "bell", "hub-contacts", "confirm"}
"""What is no page and no file: a part of a login, figures, what is for the hub's own pages, and the
page of those who have no account."""
MATCHING_NOTHING = [f"api/ledger?format={form}&person=nobody-has-this-name" for form in FORMATS]
WHOLE = [f"api/ledger?format={form}" for form in FORMATS]


READABLE = [each.path for each in ROUTES if not each.operations or "GET" in each.operations]
ADDRESSES = [
    re.sub("<[a-z]+>", lambda found: PATHS[found[0]], path)
    for path in (*READABLE, *WHOLE, *MATCHING_NOTHING)
    if path not in NO_FOOT
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_whatever_somebody_may_keep_says_where_the_ledger_ends(hub, address):
    """Every page, which may be printed, and every file: `ledger verify --against` finds it there.
    Answers of the API that are no files may do without."""
    session = hub.visit("root")
    session.get(hub.page())
    reply = session.get(hub.page(address))
    end = session.get(hub.page("api/ledger")).json()["ledger"]
    is_page = reply.headers["Content-Type"].startswith("text/html")
    if not is_page and "Content-Disposition" not in reply.headers:
        assert address.startswith(("api/", "healthz"))
        return
    found = kept_in(reply.content.decode("utf-8"))
    assert (end["number"], end["digest"]) in found
    if address not in WHOLE and address != "api/my-data":
        assert len(found) == 1


def test_contacts_are_those_declared(hub):
    """Contacts and people who can be reached are in each of the three formats."""
    names = [each["name"] for each in DECLARATION["contacts"]] + ["Professor Marlow"]
    said = take(hub, "rita", "contacts.json").json()["contacts"]
    assert [each["name"] for each in said] == names
    text = take(hub, "rita", "contacts.csv").content.decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))] == names
    cards = vobject.readComponents(take(hub, "rita", "contacts.vcf").text)
    assert [card.fn.value for card in cards] == names


def test_the_declaration_is_for_another_hub(hub, tmp_path):
    """The file says what this hub's own does, and needs nothing else."""
    copy = tmp_path / "theirs.yaml"
    copy.write_bytes(take(hub, "hanna", "declaration.yaml").content)
    own = load(hub.declaration_file)
    assert replace(load(copy), source=own.source) == own
    assert yaml.safe_load(copy.read_text(encoding="utf-8")) == dump(own)


def test_the_page_to_print_has_it_all(hub):
    """Headline, holders, whom to ask, gaps, and what was not checked: all that the panel says."""
    page = unescape(take(hub, "rita", "print").text)
    token = {"Authorization": f"token {hub.token_for('rita')}"}
    said = requests.get(hub.page("api/coverage"), headers=token, timeout=10).json()
    assert said["headline"] in page
    assert all(each["title"] in page for each in said["gaps"])
    assert all(each in page for each in said["unchecked"])
    for word in ("hanna", "Professor Marlow", "marlow@reef.example", "hub-admins@reef.example",
                 "https://reef.example/help", "+49 40 123456", "nobody"):  # fmt: skip
        assert word in page


def test_while_the_hub_does_not_answer_nothing_is_downloaded(fault_hub):
    """Who is in charge can't be told: no file, but a page that says to try again."""
    session = fault_hub.hub.visit("hanna")
    address = fault_hub.hub.page("exports/holders.csv")
    assert session.get(address).status_code == 200
    with fault_hub.fault(only="/user", status=500):
        reply = session.get(address)
    assert reply.status_code == 503
    assert "Content-Disposition" not in reply.headers


def test_while_the_groups_are_unknown_the_file_says_so(fault_hub):
    """When the hub keeps its groups to itself, the file has the age of what was read before."""
    session = fault_hub.hub.visit("hanna")
    address = fault_hub.hub.page("exports/holders.json")
    assert session.get(address).json()["trouble"] is None
    with fault_hub.fault(only="/groups", status=500):
        fault_hub.hub.wait_for(lambda: fault_hub.hub.health()["roster"]["trouble"])
        said = session.get(address).json()
    assert said["trouble"]
    assert said["as_of"] <= said["made_at"]
    fault_hub.hub.wait_for(lambda: not fault_hub.hub.health()["roster"]["trouble"])
