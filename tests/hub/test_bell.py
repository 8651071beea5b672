"""What is new: for whom, how much, and that it is not new for ever."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from ..realhub import RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    GUIDE,
    QUICK,
    Browser,
    Person,
    later,
    plain,
    set_members,
)
from .test_same_name import make, make_again


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """Rita may appoint."""
    folder = tmp_path_factory.mktemp("bell")
    before = "c.Authenticator.allow_all = True\n"
    with RealHub(folder, DECLARATION, settings=QUICK, before=before) as running:
        set_members(running, **{"community-reps": {"rita"}, "hub-admins": {"hanna"}})
        yield running


def new(browser: Browser) -> int:
    """How much is new, by the tab and by what the hub's home page asks for: both say the same."""
    badge = browser.read("contacts").select_one(".rsp-tabs .badge")
    count = int(badge.text.split()[0]) if badge else 0
    asked = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}
    reply = browser.session.get(browser.hub.page("bell"), headers=asked, timeout=30)
    assert reply.json() == {"new": count}
    return count


def lately(page: BeautifulSoup) -> list[str]:
    return [plain(" ".join(each.text.split())) for each in page.select(".rsp-lately li")]


def test_what_others_did_is_new_once(hub):
    """Until one's own page was opened; what one does oneself is never new."""
    rita, uwe = Person(hub, "rita"), Browser(hub, "uwe")
    assert new(uwe) == 0
    rita.appoint(GUIDE, "uwe", group="guides", reason="Knows the course").raise_for_status()
    rita.change_day(GUIDE, "uwe", later(20)).raise_for_status()
    assert new(uwe) == 2
    said = lately(uwe.read())
    assert said[0].startswith("rita set the last day of uwe as Community Guide to ")
    assert said[1] == "uwe is now Community Guide."
    assert new(uwe) == 0
    assert lately(uwe.read()) == []
    Person(hub, "uwe").withdraw(GUIDE, "uwe").raise_for_status()
    assert new(uwe) == 0
    assert new(Browser(hub, "uwe")) == 2  # another browser knows nothing of this one


def test_whoever_uses_the_browser_next_has_their_own_news(hub):
    """What somebody else has seen in it is new for them."""
    make(hub, "eva", "ben")
    rita, eva = Person(hub, "rita"), Browser(hub, "eva")
    for name in ("ben", "eva"):
        rita.appoint(GUIDE, name, group="guides").raise_for_status()
    eva.read()
    assert new(eva) == 0
    ben = Browser(hub, "ben")
    seen = next(each for each in eva.session.cookies if each.name == "responsibilities-seen")
    ben.session.cookies.set_cookie(seen)
    assert new(ben) == 1
    for name in ("ben", "eva"):
        rita.withdraw(GUIDE, name).raise_for_status()


def test_what_waits_for_an_answer_is_new(hub):
    """For whoever can give it; and the answer is, for whoever asked."""
    rita, uwe = Browser(hub, "rita"), Browser(hub, "uwe")
    rita.read()
    uwe.read()
    before = new(rita), new(uwe)
    others = new(Browser(hub, "hanna"))
    reply = Person(hub, "uwe").ask(
        "POST", "api/requests", json={"role": ADMINISTRATOR, "user": "uwe"}
    )
    number = reply.json()["number"]
    assert (new(rita), new(uwe)) == (before[0] + 1, before[1])
    assert new(Browser(hub, "hanna")) == others  # who can't decide about it
    body = {"verdict": "declined", "message": "Not yet"}
    Person(hub, "rita").ask("POST", f"api/requests/{number}", json=body).raise_for_status()
    assert (new(rita), new(uwe)) == (before[0], before[1] + 1)
    assert "Not yet" in uwe.read().text
    assert new(uwe) == before[1]


def test_an_older_account_of_ones_name_has_no_news_for_anybody(hub):
    """Whoever gets a name later was told nothing."""
    make(hub, "ada")
    Person(hub, "rita").appoint(GUIDE, "ada", group="guides").raise_for_status()
    assert new(Browser(hub, "ada")) == 1
    make_again(hub, "ada")
    hub.wait_until_read()
    ada = Browser(hub, "ada")
    assert new(ada) == 0


@pytest.mark.parametrize("cookie", ["", "x", "-1", "9" * 400, "1e9", "٣"])
def test_any_cookie(hub, cookie):
    """One that says nothing is as good as none."""
    browser = Browser(hub, "hanna")
    browser.read("contacts")
    browser.session.cookies.set("responsibilities-seen", cookie.encode().decode("latin-1"))
    assert browser.session.get(hub.page("contacts"), timeout=30).ok


def test_the_home_page_says_it(hub):
    """Where somebody holds a role, the line about it has a place for the number."""
    html = hub.visit("hanna").get(hub.hub_url("home"), timeout=30).text
    place = BeautifulSoup(html, "html.parser").select_one("#responsibility-new")
    assert place["data-from"].endswith("/services/responsibilities/bell")
    assert "responsibility-new" not in hub.visit("dua").get(hub.hub_url("home"), timeout=30).text
