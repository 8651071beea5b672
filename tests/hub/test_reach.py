"""How people can be reached, as they say: on a real hub, each address goes where its owner lets it,
along with the account, and nowhere else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import product

import pytest
import requests
from bs4 import BeautifulSoup

from jupyterhub_responsibility.domain.channels import CHANNELS

from .. import horrors
from ..realhub import ADMIN_TOKEN, RealHub
from ..versions import KEEPS_NAMES
from .acting import ADMINISTRATOR, DECLARATION, QUICK, Browser, Person, code, later, set_members
from .test_same_name import make, make_again, quiet

OWNERS = {"everybody": "hanna", "in charge": "ines", "nobody": "nora"}
"""Who lets whom see everything that they say."""

CARRIED = {
    "email": "{}@mail.example", "chat": "Zulip, @{}", "telephone": "+49 40 {}",
    "url": "https://pages.example/{}", "through": "the office of {}", "hours": "after {} o'clock",
    "languages": "en-{}", "away_until": "",
}  # fmt: skip
NUMBERS = {"hanna": "100001", "ines": "200002", "nora": "300003"}

READERS = ("uwe", "rita", "hanna", "root", "")
PAGES = (
    "", "contacts", "contacts?q=more+memory", "contacts?q=hanna", "contacts?q=nora", "model",
    "roles/hub-administrator", "roles/community-representative", "admin", "ledger", "my-data",
    "exports/print", "exports/holders.csv", "exports/holders.json", "exports/contacts.csv",
    "exports/contacts.json", "exports/contacts.vcf", "exports/declaration.yaml", "api/me",
    "api/me/channels", "api/my-data", "api/model", "api/roles", "api/roles/hub-administrator",
    "api/contacts", "api/contacts?q=who+may+use+the+hub", "api/coverage", "api/ledger",
    "api/ledger?format=jsonl", "api/requests", "healthz", "reach", "api/openapi.json",
    "exports/calendar.ics", "exports/my-calendar.ics", "api/my-calendar", "api/calendar", "bell",
    "gaps", "users", "forget", "api/me/messages", "roles/hub-administrator?at=2026-11-01",
    "api/roles/hub-administrator?at=2026-11-01", "metrics", "nonsense", "api/nonsense",
    "api/roles/hub-administrator/candidates?q=hanna",
    "api/may?user=hanna&responsibility=oversee-access",
)  # fmt: skip
HUB_PAGES = ("home", "login", "spawn", "user/nora/nothing", "nonsense")
"""Of the hub itself, with what it shows of ours."""

IN_CHARGE = {"rita", "hanna", "root"}


def carried(owner: str) -> dict[str, str]:
    """What somebody says, in each of the ways, so that it can be told where it came from."""
    return {name: text.format(NUMBERS[owner]) for name, text in CARRIED.items() if text}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """Three administrators say everything, to one audience each."""
    folder = tmp_path_factory.mktemp("reach")
    before = "c.Authenticator.allow_all = True\n"
    with RealHub(folder, DECLARATION, settings=QUICK, before=before) as running:
        make(running, "ines", "nora")
        set_members(running, **{"community-reps": {"rita"}, "hub-admins": set(OWNERS.values())})
        running.wait_until_accounts_are_read()
        quiet(running)
        for audience, owner in OWNERS.items():
            say(running, owner, audience, **carried(owner)).raise_for_status()
        quiet(running)
        yield running


def say(hub, owner: str, audience: str, **said: str):
    """Somebody says how to reach them, by the API."""
    body = {**said, **{f"{name}_for": audience for name in said}}
    return Person(hub, owner).ask("PUT", "api/me/channels", json=body)


@pytest.mark.parametrize("reader", READERS, ids=lambda name: name or "nobody")
def test_no_address_reaches_anybody_else(hub, reader):
    """Every reader × everything that can be read: what is found is what its owner allowed."""
    session = hub.visit(reader) if reader else requests.Session()
    found: dict[str, set[str]] = {}
    for url in (*map(hub.page, PAGES), *map(hub.hub_url, HUB_PAGES)):
        reply = session.get(url, timeout=30)
        for owner, text in product(OWNERS.values(), [reply.text]):
            seen = {name for name, said in carried(owner).items() if said in text}
            if seen:
                found.setdefault(owner, set()).update(seen)
    allowed = {
        owner
        for audience, owner in OWNERS.items()
        if (audience == "everybody" and reader)
        or (audience == "in charge" and reader in IN_CHARGE)
        or owner == reader
    }
    assert found.keys() == allowed
    for owner in allowed:
        assert found[owner] == carried(owner).keys()


def test_those_who_are_asked_come_first(hub):
    """Whom to ask leads to the holder; a mail says what it is about, and which hub."""
    html = hub.visit("uwe").get(hub.page("contacts?q=who+may+use+the+hub"), timeout=30).text
    first = BeautifulSoup(html, "html.parser").select_one("#rsp-answers .rsp-ask")
    link = first.select_one("a[href^='mailto:']")
    assert link["href"].startswith("mailto:100001%40mail.example?subject=")
    assert "Reef%20Lab" in link["href"]
    assert "Reef Lab" in first.select_one("a[href^='tel:']")["title"]
    html = hub.visit("rita").get(hub.page(f"roles/{ADMINISTRATOR}"), timeout=30).text
    assert "200002@mail.example" in html


def test_who_is_away_is_passed_over_and_said_to_be(hub):
    """Until the day after the last one."""
    until = later(3)
    say(hub, "hanna", "everybody", **carried("hanna"), away_until=until).raise_for_status()
    told = Person(hub, "uwe").get("api/contacts?q=who+may+use+the+hub").json()["answers"][0]
    assert [each["name"] for each in told["contacts"]] == ["Reef Lab"]
    assert "hanna" in told["away"][0]
    assert "is away until" in hub.visit("uwe").get(hub.page(f"roles/{ADMINISTRATOR}")).text
    say(hub, "hanna", "everybody", **carried("hanna")).raise_for_status()
    told = Person(hub, "uwe").get("api/contacts?q=who+may+use+the+hub").json()["answers"][0]
    assert (told["contacts"][0]["name"], told["away"]) == ("hanna", [])


def test_a_day_that_has_passed_is_no_day_to_be_away_until(hub):
    """It is refused, in its field; today is the last one that is taken."""
    browser = Browser(hub, "rita")
    reply = browser.submit("reach", {"email": ""}, away_until=later(-1))
    assert reply.status_code == 400
    assert "has passed" in reply.text
    page = BeautifulSoup(reply.text, "html.parser")
    assert "autofocus" in page.select_one("#reach-away_until").attrs
    assert Person(hub, "rita").get("api/me/channels").json() == {"channels": {}}
    say(hub, "rita", "nobody", away_until=later(0)).raise_for_status()
    say(hub, "rita", "nobody").raise_for_status()


def test_on_the_page(hub):
    """Nothing is there at first; what is saved is there again, and can be taken back."""
    browser = Browser(hub, "rita")
    assert "are not told how to reach you" in browser.read().text
    reply = browser.submit("reach", {"email": ""}, email="rita@reef.example", email_for="everybody")
    assert "Saved." in reply.text
    assert browser.read("reach").select_one("#reach-email")["value"] == "rita@reef.example"
    assert "rita@reef.example" in browser.read().text
    assert "rita@reef.example" in Browser(hub, "uwe").read("roles/community-representative").text
    browser.submit("reach", {"email": "rita@reef.example"}, email="").raise_for_status()
    assert "are not told how to reach you" in browser.read().text
    assert Person(hub, "rita").get("api/me/channels").json() == {"channels": {}}


@pytest.mark.parametrize("name", [name for name in CHANNELS if name != "languages"])
def test_what_is_wrong_is_refused_and_kept_in_the_form(hub, name):
    """With the field in which it is; nothing of it is saved."""
    browser = Browser(hub, "rita")
    wrong = "2026-02-31" if name == "away_until" else "\u202e" + "x" * 300
    reply = browser.submit("reach", {"email": ""}, **{name: wrong})
    assert reply.status_code == 400
    page = BeautifulSoup(reply.text, "html.parser")
    assert page.select_one(f"#reach-{name}")["value"] == wrong
    assert page.select_one("#reach-wrong")
    assert "autofocus" in page.select_one(f"#reach-{name}").attrs
    assert Person(hub, "rita").get("api/me/channels").json() == {"channels": {}}


def test_text_of_horror(hub):
    """Whatever somebody says is refused, or shown as what it is to whoever may see it."""
    rita, uwe = Person(hub, "rita"), hub.visit("uwe")
    taken = 0
    for text in (*horrors.NAMES, *horrors.ADDRESSES):
        for name in ("chat", "through", "hours", "url", "email", "languages"):
            body = {name: text, f"{name}_for": "everybody", "telephone": "+49 40 1",
                    "telephone_for": "everybody"}  # fmt: skip
            try:
                reply = rita.ask("PUT", "api/me/channels", json=body)
            except UnicodeEncodeError:  # half a character, which is no JSON
                continue
            if reply.status_code == 429:
                return
            assert reply.status_code in (200, 400), (name, text, reply.text)
            taken += reply.ok
        page = uwe.get(hub.page("roles/community-representative"), timeout=30)
        assert page.ok
        assert "<script>alert" not in page.text
        assert 'href="javascript' not in page.text.lower()
    assert taken


def test_it_goes_along_with_the_account(hub):
    """Renamed, somebody keeps it; an account that gets the name later has said nothing."""
    make(hub, "vera")
    hub.api("POST", "groups/hub-admins/users", json={"users": ["vera"]}).raise_for_status()
    hub.wait_until_accounts_are_read()
    quiet(hub)
    say(hub, "vera", "everybody", email="vera@reef.example").raise_for_status()
    hub.api("PATCH", "users/vera", json={"name": "vera-l"}).raise_for_status()
    hub.wait_until_accounts_are_read()
    quiet(hub)
    uwe = Browser(hub, "uwe")

    def told() -> str:
        return " ".join(uwe.read(f"roles/{ADMINISTRATOR}").text.split())

    hub.wait_for(lambda: "vera-l vera@reef.example" in told())
    make_again(hub, "vera-l")
    hub.api("POST", "groups/hub-admins/users", json={"users": ["vera-l"]}).raise_for_status()
    hub.wait_until_accounts_are_read()
    quiet(hub)
    assert "vera@reef.example" not in told()
    assert Person(hub, "vera-l").get("api/me/channels").json() == {"channels": {}}
    hub.wait_for(lambda: "vera@reef.example" not in kept(hub))


def kept(hub) -> str:
    """Everything that is kept of how to reach people."""
    file = hub.folder / "jupyterhub-responsibility.sqlite"
    with closing(sqlite3.connect(file)) as database:
        return str(database.execute("SELECT * FROM responsibility_channels").fetchall())


def test_a_service_has_nothing_to_say(hub):
    """Only people are reached."""
    service = Person.__new__(Person)
    service.hub, service.headers = hub, {"Authorization": f"token {ADMIN_TOKEN}"}
    reply = service.ask("PUT", "api/me/channels", json={"email": "a@x.example"})
    assert (reply.status_code, code(reply)) == (403, "not_allowed")


INFO = """
def known(authenticator, handler, authentication):
    authentication["user_info"] = {"contact": {"hanna": "hanna@uni.example", "uwe": "no address",
                                               "ada": 7}.get(authentication["name"])}
    return authentication

c.Authenticator.post_auth_hook = known
c.Authenticator.allow_all = True
"""


def test_an_address_that_the_hub_knows_is_offered_and_no_more(tmp_path):
    """To its owner, by the name of the account or by what the login service says; nobody else
    reads it unless they save it."""
    settings = (*QUICK, "--Settings.email_key=contact")
    with RealHub(tmp_path, DECLARATION, settings=settings, before=INFO) as hub:
        own = "rita@reef.example"
        make(hub, own)
        set_members(hub, **{"community-reps": {own}, "hub-admins": {"hanna"}})
        offers = {
            own: own,
            "uwe": "",
            "ada": "",
            "hanna": "hanna@uni.example" if KEEPS_NAMES else "",
        }
        for account, offered in offers.items():
            page = Browser(hub, account).read("reach")
            assert page.select_one("#reach-email")["value"] == offered
            assert ("The hub knows this address" in page.text) is bool(offered)
        hub.wait_until_accounts_are_read()
        quiet(hub)
        uwe = hub.visit("uwe")
        told = " ".join(uwe.get(hub.page(path), timeout=30).text for path in PAGES)
        assert "hanna@uni.example" not in told
        assert f"mailto:{own}" not in told.replace("%40", "@")
        browser = Browser(hub, own)
        browser.submit("reach", {"email": own}, email_for="everybody").raise_for_status()
        quiet(hub)
        html = uwe.get(hub.page("roles/community-representative"), timeout=30).text
        assert f"mailto:{own}" in html.replace("%40", "@")
