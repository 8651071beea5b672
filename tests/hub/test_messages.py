"""Messages on a real hub: a real mail server and a webhook get them, and nobody else hears of an
address."""

from __future__ import annotations

import time

import pytest
import requests

from ..post import Post
from ..realhub import ADMIN_TOKEN, MOVABLE_CLOCK, RealHub
from .acting import ADMINISTRATOR, DECLARATION, QUICK, Browser, Person, code, later, set_members
from .test_reach import PAGES, READERS

ADDRESS = "rita-91823@reef.example"
SECRET = "p4ssw0rd"
DECLARED = {
    **DECLARATION,
    "messages": {"request": ["deciders", "community"], "term_ends": ["person"]},
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory, post):
    """rita has said where to write to her, and shows it to nobody."""
    folder = tmp_path_factory.mktemp("messages")
    file = folder / "messages"
    file.write_text(post.addresses.replace("//127", f"//hub:{SECRET}@127", 1))
    settings = (*QUICK, f"--Settings.messages_file={file}",
                "--Settings.public_url=https://hub.example/ours/")  # fmt: skip
    post_takes_logins(post)
    with RealHub(folder, DECLARED, settings=settings, first=MOVABLE_CLOCK) as running:
        set_members(running, **{"community-reps": {"rita"}, "hub-admins": {"hanna", "rita"}})
        running.wait_until_accounts_are_read()
        said = {"email": ADDRESS, "email_for": "nobody"}
        Person(running, "rita").ask("PUT", "api/me/channels", json=said).raise_for_status()
        yield running


def post_takes_logins(post: Post) -> None:
    """Whatever name and password: it is a server on this machine."""
    kwargs = post._smtp.SMTP_kwargs
    kwargs.update(auth_require_tls=False, authenticator=lambda *_: _yes())


def _yes():
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=True)


def test_who_can_decide_is_told_at_once(hub, post):
    """By mail, with what was asked and where to answer; the channel hears that there is something,
    and not whose it is. healthz and metrics say that nothing waits."""
    began = time.time()
    body = {"role": "community-guide", "group": "guides", "reason": "I know the reef"}
    Person(hub, "uwe").ask("POST", "api/requests", json=body).raise_for_status()
    hub.wait_for(lambda: post.mails and post.hooks)
    print(f"there after {post.mails[0].at - began:.2f} s")
    mail = post.mails[0]
    assert mail.to == (ADDRESS,)
    assert mail.subject == "[Reef Lab] Community Guide: a request waits for a decision"
    assert "I know the reef" in mail.text
    assert "https://hub.example/ours/roles/community-guide" in mail.text
    assert "The ledger ends at entry" in mail.text
    assert "uwe" not in str(post.hooks)
    hub.wait_for(lambda: hub.health()["messages"] == {"mail": 0, "community": 0})
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    metrics = requests.get(hub.page("metrics"), headers=headers, timeout=10).text
    assert 'responsibility_messages_sent_total{transport="mail"} 1.0' in metrics
    assert 'responsibility_messages_waiting{transport="mail"} 0.0' in metrics


def test_the_page_says_before_who_will_be_told(hub):
    """When somebody asks, is withdrawn or is appointed."""
    words = "1 person who can act will be told by mail."
    assert words in Browser(hub, "hanna").read("roles/community-guide").text
    page = Browser(hub, "root").read(f"roles/{ADMINISTRATOR}").text
    assert "rita\u2069 will be told by mail." in page
    assert "Nobody can be told by this service" in page  # of hanna
    assert "They will be told by mail, if they have given an address." in page


def test_each_kind_can_be_turned_off(hub, post):
    """On the page and by the API; it is kept, and nothing of that kind comes any more."""
    browser, rita = Browser(hub, "rita"), Person(hub, "rita")
    assert rita.get("api/me/messages").json() == {"off": [], "reached": True}
    page = browser.read("reach")
    assert "even if nobody else may see it" in page.text
    wanted = [box["value"] for box in page.select("input[name=wanted]")]
    kept = [kind for kind in wanted if kind != "appointed"]
    data = {"_xsrf": page.select_one("form input[name=_xsrf]")["value"], "action": "messages",
            "wanted": kept}  # fmt: skip
    browser.session.post(hub.page("reach"), data=data, timeout=30).raise_for_status()
    assert rita.get("api/me/messages").json()["off"] == ["appointed"]
    boxes = browser.read("reach").select("input[name=wanted]")
    assert [box["value"] for box in boxes if not box.has_attr("checked")] == ["appointed"]
    reply = rita.ask("PUT", "api/me/messages", json={"off": ["withdrawn"]})
    assert reply.json() == {"off": ["withdrawn"], "reached": True}
    assert rita.get("api/my-data").json()["messages_off"] == ["withdrawn"]
    wrong = rita.ask("PUT", "api/me/messages", json={"off": ["nonsense"]})
    assert (wrong.status_code, code(wrong)) == (400, "invalid")
    before = len(post.mails)
    root = Person(hub, "root")
    root.withdraw(ADMINISTRATOR, "rita").raise_for_status()
    root.appoint(ADMINISTRATOR, "rita", until=later(20)).raise_for_status()
    hub.wait_for(lambda: len(post.mails) > before)
    hub.wait_for(lambda: any("ends after" in mail.subject for mail in post.mails))
    subjects = [mail.subject for mail in post.mails[before:]]
    assert subjects[0] == "[Reef Lab] You are now Hub Administrator"
    assert not any("no longer" in each for each in subjects)


def test_a_term_that_ends_is_told_once(hub, post):
    """The next day as well, and the day after it ended."""

    def days(number: int) -> None:
        (hub.folder / "days-ahead").write_text(str(number))

    def ends() -> int:
        return sum("ends after" in mail.subject for mail in post.mails)

    assert ends() == 1
    days(1)
    hub.wait_until_read()
    days(14)
    hub.wait_for(lambda: ends() == 2)
    (hub.folder / "days-ahead").unlink()


@pytest.mark.parametrize("reader", READERS, ids=lambda name: name or "nobody")
def test_the_address_is_nobodys_but_its_owners(hub, reader):
    """On no page, and in no log."""
    session = hub.visit(reader) if reader else requests.Session()
    seen = [path for path in PAGES if ADDRESS in session.get(hub.page(path), timeout=30).text]
    assert bool(seen) == (reader == "rita")
    assert ADDRESS not in hub.log()
    assert SECRET not in hub.log()


def test_an_address_that_cannot_be_written_to_is_refused(hub):
    """At once, in the field: no message would ever arrive."""
    said = {"email": "ri\u0301ta@reef.example", "email_for": "nobody"}
    reply = Person(hub, "hanna").ask("PUT", "api/me/channels", json=said)
    assert (reply.status_code, code(reply)) == (400, "invalid")
    assert "can't send its messages to this address" in reply.text


def test_somebody_hears_that_nothing_arrives(hub, post):
    """On their own page, and nobody else does, until something does."""
    hanna = Browser(hub, "hanna")
    said = {"email": "hanna@gone.example", "email_for": "nobody"}
    Person(hub, "hanna").ask("PUT", "api/me/channels", json=said).raise_for_status()
    assert "No message to your mail address" not in hanna.read("reach").text
    post.refuses = lambda to: "no such mailbox" if "gone" in to else ""
    Person(hub, "root").change_day(ADMINISTRATOR, "hanna", later(60)).raise_for_status()
    hub.wait_for(lambda: "No message to your mail address" in hanna.read("reach").text)
    assert "No message to your mail address" not in Browser(hub, "rita").read("reach").text
    post.refuses = lambda _: ""
    Person(hub, "root").change_day(ADMINISTRATOR, "hanna", later(61)).raise_for_status()
    hub.wait_for(lambda: "No message to your mail address" not in hanna.read("reach").text)


def test_what_is_wrong_with_the_file_is_said(tmp_path):
    """In the log and to JupyterHub admins, with its line and nothing of what it says; the service
    works."""
    file = tmp_path / "messages"
    file.write_text(f"# ours\nmail: nonsense://hub:{SECRET}@mail.example\n")
    settings = (*QUICK, f"--Settings.messages_file={file}")
    with RealHub(tmp_path, DECLARED, settings=settings) as hub:
        hub.wait_for(lambda: f"{file}, line 2: this is no address" in hub.log())
        assert f"{file}, line 2" in hub.visit("root").get(hub.page()).text
        assert hub.health()["messages"] == {}
        assert SECRET not in hub.log()
        assert "What you are told by mail" not in hub.visit("rita").get(hub.page("reach")).text


def test_links_without_the_hub_are_a_fault(tmp_path, post):
    """Nobody can follow one from a mail: JupyterHub admins are told what to set."""
    file = tmp_path / "messages"
    file.write_text(post.addresses)
    with RealHub(tmp_path, DECLARED, settings=(*QUICK, f"--Settings.messages_file={file}")) as hub:
        text = hub.visit("root").get(hub.page()).text
        assert "Links in messages lead nowhere" in text
        assert "Links in messages" not in hub.visit("rita").get(hub.page()).text
