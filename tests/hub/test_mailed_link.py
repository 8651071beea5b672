"""People without an account, on a real hub: a real mail server brings them a link, which they open
without a login."""

from __future__ import annotations

import re
import time
from random import randrange
from urllib.parse import urlsplit

import pytest
import requests
from bs4 import BeautifulSoup

from jupyterhub_responsibility.service.limits import ALL_WRONG_LINKS, WRONG_LINKS
from jupyterhub_responsibility.text import visible

from ..realhub import ADMIN_TOKEN, MOVABLE_CLOCK, RealHub
from .acting import (
    DECLARATION,
    GUIDE,
    QUICK,
    Browser,
    Person,
    code,
    deeds,
    plain,
    said,
    set_members,
)

SOON = """
from jupyterhub_responsibility.changes import asking, telling
telling.PAUSE = 0.2
asking.MOST_A_DAY = 1000
"""
PEOPLE = {
    "Ann Adams": "ann@reef.example",
    "Bo Berg": "bo@reef.example",
    "Cy Cole": "cy@reef.example",
    "<b>{{ 7*7 }} & Eve' OR 1=1 --": "eve@reef.example",
    "No Address": "",
}
ROLES = {
    **DECLARATION["roles"],
    GUIDE: {
        **DECLARATION["roles"][GUIDE],
        "holders": {"min": 0},
        "people": [
            {"name": name, **({"email": email} if email else {})} for name, email in PEOPLE.items()
        ],
    },
}
DECLARED = {**DECLARATION, "roles": ROLES}
AT = "https://hub.example/services/responsibilities/"
"""Where people reach it, as its mails say."""
OTHERS = ("Reef Lab Help", "rita", "hanna", "reef.example/help", "Log in", "Login", "Whom to ask")


@pytest.fixture(scope="module")
def hub(tmp_path_factory, post):
    folder = tmp_path_factory.mktemp("mailed")
    file = folder / "messages"
    file.write_text(post.addresses)
    settings = (*QUICK, f"--Settings.messages_file={file}", f"--Settings.public_url={AT}")
    with RealHub(folder, DECLARED, settings=settings, first=MOVABLE_CLOCK + SOON) as running:
        set_members(running, **{"community-reps": {"rita"}, "hub-admins": {"hanna", "rita"}})
        running.wait_until_read()
        yield running


def ask(hub, post, name: str, who: str = "root") -> str:
    """Have somebody asked, on the page; the link in their mail."""
    before = len(post.mails)
    reply = press(hub, name, who)
    assert f"asked {visible(name)} to confirm" in plain(said(reply)), said(reply)
    theirs = (PEOPLE[name],)
    return link_in(hub.wait_for(lambda: [m for m in post.mails[before:] if m.to == theirs])[-1])


def press(hub, name: str, who: str = "root") -> requests.Response:
    browser = Browser(hub, who)
    page = browser.read(f"roles/{GUIDE}")
    buttons = page.select("form:has(input[name=action][value=ask])")
    form = next(each for each in buttons if name_in(each) == visible(name))
    data = {each["name"]: each["value"] for each in form.select("input")}
    return browser.session.post(hub.origin + form["action"], data=data, timeout=30)


def name_in(form) -> str:
    return form.select_one("bdi").text


def link_in(mail) -> str:
    """The address in a mail."""
    return re.search(r"(\S*/services/responsibilities/confirm\?link=\S+)", mail.text).group(1)


def opened(hub, link: str, session: requests.Session | None = None) -> requests.Response:
    """The page, in a browser in which nobody has ever logged in."""
    where = urlsplit(link)
    from_anywhere = {"X-Forwarded-For": f"10.9.{randrange(256)}.{randrange(256)}"}
    return (session or requests.Session()).get(
        f"{hub.origin}{where.path}?{where.query}",
        timeout=30,
        allow_redirects=False,
        headers=from_anywhere,
    )


def answer(hub, reply: requests.Response, value: str) -> requests.Response:
    """Press one of its buttons."""
    form = BeautifulSoup(reply.text, "html.parser").select_one("form[method=post]")
    data = {each["name"]: each["value"] for each in form.select("input")} | {"answer": value}
    headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
    return requests.post(hub.origin + form["action"], data=data, headers=headers, timeout=30)


def shown(hub, name: str, who: str = "uwe") -> str:
    """What the page of the role says of somebody."""
    page = Browser(hub, who).read(f"roles/{GUIDE}")
    row = next(
        each for each in page.select(".rsp-holder") if each.select_one("bdi").text == visible(name)
    )
    return " ".join(row.select_one(".rsp-how").text.split())


def whom_to_ask(hub) -> str:
    """What everybody finds who asks for a guide."""
    browser = Browser(hub, "uwe")
    browser.read()
    return browser.read("contacts?q=community guide").text


def gaps(hub, kind: str) -> list[str]:
    found = Person(hub, "rita").get("api/coverage").json()["gaps"]
    return [plain(each["title"]) for each in found if each["kind"] == kind]


def test_who_was_never_asked_has_no_gap(hub):
    """Nothing changes on a hub where nobody asks anybody."""
    assert gaps(hub, "never-confirmed") == [
        plain(each) for each in gaps(hub, "never-confirmed") if "Guide" not in each
    ]
    assert "confirm" not in shown(hub, "Cy Cole")


def test_yes(hub, post):
    """Asked on the page, mailed, opened without a login, answered, and shown as confirmed."""
    link = ask(hub, post, "Ann Adams")
    assert "asked by mail" in shown(hub, "Ann Adams")
    assert "Ann Adams has not confirmed the duties of Community Guide" in gaps(
        hub, "never-confirmed"
    )
    reply = opened(hub, link)
    assert reply.status_code == 200
    text = plain(BeautifulSoup(reply.text, "html.parser").select_one("main").text)
    assert "Do you, Ann Adams, hold the role Community Guide on the hub of Reef Lab" in text
    thanks = answer(hub, reply, "yes")
    assert "Your answer has been recorded" in thanks.text
    assert "link=" not in thanks.url
    hub.wait_for(lambda: "duties confirmed" in shown(hub, "Ann Adams"))
    assert "by a mailed link" in shown(hub, "Ann Adams")
    assert not any("Ann Adams" in each for each in gaps(hub, "never-confirmed"))
    rows = Person(hub, "rita").ask("GET", "api/ledger").json()["entries"]
    assert plain(rows[0]["text"] if "text" in rows[0] else rows[0]["says"]).startswith(
        "Ann Adams confirmed"
    )
    assert rows[0]["actor"] == {"name": "Ann Adams", "kind": "person"}
    holders = hub.visit("rita").get(hub.page("exports/holders.json")).json()
    lines = holders["holders"] if isinstance(holders, dict) else holders
    (line,) = [each for each in lines if each["name"] == "Ann Adams"]
    assert line["confirmed"] == "confirmed"


def test_no(hub, post):
    """Those in charge are told, and nobody is sent to them any more."""
    assert "bo@reef.example" in whom_to_ask(hub)
    reply = opened(hub, ask(hub, post, "Bo Berg"))
    assert "recorded" in answer(hub, reply, "no").text
    hub.wait_for(lambda: gaps(hub, "holder-denies"))
    assert gaps(hub, "holder-denies") == [
        "Bo Berg says that they don't hold the role Community Guide"
    ]
    assert "says that they don’t hold it" in shown(hub, "Bo Berg")
    assert "bo@reef.example" not in whom_to_ask(hub)


def test_it_shows_its_own_question_and_nothing_else(hub, post):
    """No navigation, no other name, nothing of others' servers, no cookie; and it is not kept."""
    link = ask(hub, post, "Cy Cole")
    reply = opened(hub, link)
    assert not any(each in reply.text for each in OTHERS)
    assert not any(name in reply.text for name in PEOPLE if name != "Cy Cole")
    page = BeautifulSoup(reply.text, "html.parser")
    assert page.select("a, script, img, iframe, nav") == []
    loaded = [each["href"] for each in page.select("link")]
    assert all(each.startswith("/") and not each.startswith("//") for each in loaded)
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Robots-Tag"] == "noindex"
    assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    for who in ("uwe", "rita"):  # whoever is logged in sees the same
        session = hub.visit(who)
        session.get(hub.page())
        assert opened(hub, link, session).text == reply.text


def test_programs_that_follow_links_change_nothing(hub, post):
    """By GET and HEAD, as often as they like; nor does another site, nor a page in a frame."""
    link = ask(hub, post, "Cy Cole")
    address = hub.origin + urlsplit(link).path
    query = urlsplit(link).query
    mark = hub.health()["ledger"]["number"]
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        requests.request(method, f"{address}?{query}", timeout=30)
        requests.request(method, f"{address}?{query}&answer=yes", timeout=30)
    token = query.partition("=")[2]
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Dest": "iframe"},
                    {"Sec-Fetch-Mode": "no-cors"}):  # fmt: skip
        data = {"link": token, "answer": "yes"}
        assert requests.post(address, data=data, headers=headers, timeout=30).status_code == 403
    in_address = requests.post(f"{address}?{query}&answer=yes", timeout=30)
    assert in_address.status_code == 404
    assert deeds(hub, mark) == []
    assert opened(hub, link).status_code == 200


def test_any_other_link_is_answered_alike(hub, post):
    """One that was used, replaced or never was, or is no link at all."""
    used = ask(hub, post, "Cy Cole")
    page = opened(hub, used)
    answer(hub, page, "yes")
    replaced = ask(hub, post, "Cy Cole")
    ask(hub, post, "Cy Cole")
    path = urlsplit(used).path
    never = [f"{path}?link={each}" for each in ("A" * 43, "%ff%00", "a%0d%0ab")]
    replies = [opened(hub, each) for each in (used, replaced, *never, path, f"{path}?link=")]
    assert {each.status_code for each in replies} == {404}
    assert len({each.text for each in replies}) == 1
    again = answer(hub, page, "no")
    assert (again.status_code, again.text) == (404, replies[0].text)
    assert "ask the person who wrote to you" in replies[0].text


def test_two_links_of_two_people(hub, post):
    """Each is their own."""
    one, other = ask(hub, post, "Ann Adams"), ask(hub, post, "Bo Berg")
    answer(hub, opened(hub, one), "yes")
    assert opened(hub, one).status_code == 404
    assert "Bo Berg" in opened(hub, other).text
    answer(hub, opened(hub, other), "yes")
    hub.wait_for(lambda: not gaps(hub, "holder-denies"))


def test_a_name_of_horror(hub, post):
    """It is asked, shown and recorded as it is, and nothing comes of what is in it."""
    (name,) = [each for each in PEOPLE if "Eve" in each]
    reply = opened(hub, ask(hub, post, name))
    page = BeautifulSoup(reply.text, "html.parser")
    assert page.select("b") == []
    assert visible(name) in page.select_one(".rsp-asked").text
    answer(hub, reply, "yes")
    hub.wait_for(lambda: "duties confirmed" in shown(hub, name))


def test_seven_days(hub, post):
    """After that it is over."""
    link = ask(hub, post, "Ann Adams")
    days = hub.folder / "days-ahead"
    days.write_text("6")
    assert opened(hub, link).status_code == 200
    days.write_text("7")
    assert opened(hub, link).status_code == 404
    days.unlink()


def test_who_was_written_on_the_page(hub, post):
    """They are asked like anybody else; once they are taken out, their link is over, for good."""
    person = {"name": "Dee Dahl", "email": "dee@reef.example"}
    PEOPLE[person["name"]] = person["email"]
    root, body = Person(hub, "root"), {"role": GUIDE, "fields": person}
    added = root.ask("POST", "api/kept/person", json=body)
    added.raise_for_status()
    thing = added.json()["thing"]["id"]
    kept = Browser(hub, "root").read("keep").select_one(f"#person-{thing}")
    assert kept.select(f'a[href$="roles/{GUIDE}#holders"]')
    link = ask(hub, post, "Dee Dahl")
    assert opened(hub, link).status_code == 200
    root.ask("DELETE", f"api/kept/person/{thing}").raise_for_status()
    hub.wait_for(lambda: opened(hub, link).status_code == 404)
    time.sleep(1)
    root.ask("POST", "api/kept/person", json=body).raise_for_status()
    hub.wait_for(lambda: "Dee Dahl" in Browser(hub, "uwe").read(f"roles/{GUIDE}").text)
    assert opened(hub, link).status_code == 404


def test_who_may_ask(hub):
    """Those who keep who holds the role: nobody else sees the button, nor can do it by the API."""
    assert Browser(hub, "uwe").read(f"roles/{GUIDE}").select("input[value=ask]") == []
    body = {"role": GUIDE, "name": "Ann Adams"}
    assert Person(hub, "uwe").ask("POST", "api/askings", json=body).status_code == 403
    nobody = Person(hub, "root").ask("POST", "api/askings", json={**body, "name": "Nobody"})
    assert (nobody.status_code, code(nobody)) == (404, "unknown")
    without = Person(hub, "root").ask("POST", "api/askings", json={**body, "name": "No Address"})
    assert (without.status_code, code(without)) == (400, "invalid")
    assert "no mail address" in Browser(hub, "root").read(f"roles/{GUIDE}").text
    done = Person(hub, "root").ask("POST", "api/askings", json=body)
    assert (done.status_code, done.json()["event"]) == (201, "asking")


def test_no_log_has_a_link(hub, post):
    """Neither the service's, nor the hub's, nor the metrics, nor the database."""
    tokens = [urlsplit(link_in(each)).query.partition("=")[2] for each in post.mails]
    assert len(tokens) > 5
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    metrics = requests.get(hub.page("metrics"), headers=headers, timeout=10).text
    files = "".join(
        each.read_bytes().decode("latin-1") for each in hub.folder.iterdir() if each.is_file()
    )
    for each in tokens:
        assert each not in hub.log()
        assert each not in metrics
        assert each not in files
    assert 'responsibility_links_total{result="good"}' in metrics
    assert "@reef.example" not in hub.log()


def test_guessing(hub, post):
    """After some wrong links, an address has to wait, and for nobody else does it matter."""
    link = ask(hub, post, "Cy Cole")
    path, query = urlsplit(link).path, urlsplit(link).query
    address = f"http://127.0.0.1:{hub.service_port}{path}"

    def tried(where: str, guess: str) -> requests.Response:
        headers = {"X-Forwarded-For": f"8.8.8.8, {where}"}
        return requests.get(f"{address}?{guess}", headers=headers, timeout=30)

    statuses = [tried("10.1.1.1", f"link={n:043}").status_code for n in range(WRONG_LINKS + 3)]
    assert statuses == [404] * WRONG_LINKS + [429] * 3
    late = tried("10.1.1.1", query)
    assert (late.status_code, "Retry-After" in late.headers) == (429, True)
    assert "Reef" not in late.text
    posted = requests.post(address, data={"link": "x", "answer": "yes"}, timeout=30,
                           headers={"X-Forwarded-For": "10.1.1.1"})  # fmt: skip
    assert posted.status_code == 429
    began = time.monotonic()
    for n in range(ALL_WRONG_LINKS):
        tried(f"10.2.{n // 200}.{n % 200}", f"link={n:043}")
    print(f"{ALL_WRONG_LINKS} wrong links in {time.monotonic() - began:.1f} s")
    assert tried("10.2.0.5", query).status_code == 429
    assert tried("10.3.0.1", query).status_code == 200
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    metrics = requests.get(hub.page("metrics"), headers=headers, timeout=10).text
    wrong = re.search(r'responsibility_links_total\{result="wrong"\} (\d+)', metrics)
    assert int(wrong.group(1)) >= ALL_WRONG_LINKS
