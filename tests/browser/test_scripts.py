"""Pages work without scripts; with them, answers come while one types, and times are local."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

PAGES = (
    "",
    "contacts",
    "contacts?q=memory",
    "model",
    "roles/hub-administrator",
    "users",
    "ledger",
    "exports/print",
    "no/such/page",
)
LABEL = "Whom do I ask about"


# -- without scripts


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_pages_work_without_scripts(open_as, path, width):
    """Every page shows itself, does not ask for JavaScript, and one can move on from it."""
    page = open_as("rita", path, width, java_script_enabled=False)
    expect(page.locator("#responsibility h1")).to_be_visible()
    expect(page.locator("#noscript")).to_be_hidden()  # the hub's: "JupyterHub requires JavaScript"
    expect(page.locator(".rsp-tabs a").first).to_be_visible()


def test_the_question_is_answered_without_scripts(open_as):
    """Enter sends the question; the answers come with the question still in its box."""
    page = open_as("uwe", "contacts", java_script_enabled=False)
    page.get_by_label(LABEL).fill("my server won't start")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts?q=*")
    expect(page.get_by_label(LABEL)).to_have_value("my server won't start")
    expect(page.locator("#rsp-answers h3").first).to_have_text("Respond to incidents")


def test_areas_unfold_without_scripts(open_as):
    """What can be unfolded needs no script for it."""
    page = open_as("uwe", "contacts", java_script_enabled=False)
    page.locator("summary", has_text="Community leadership").click()
    expect(page.get_by_role("heading", name="Who may use the hub")).to_be_visible()


def test_times_without_scripts_say_that_they_are_utc(open_as):
    """The time as the service writes it names its zone."""
    page = open_as("uwe", java_script_enabled=False)
    expect(page.locator(".rsp-age time")).to_contain_text("UTC")


# -- with scripts


def test_answers_change_while_one_types(open_as):
    """Without Enter and without a new page, the answers follow; so does the address."""
    page = open_as("uwe", "contacts")
    page.evaluate("window.same = true")
    page.get_by_label(LABEL).press_sequentially("memory")
    expect(page.locator("#rsp-answers h3").first).to_have_text("Set up the cloud environment")
    page.wait_for_url("**/contacts?q=memory")
    assert page.evaluate("window.same")
    expect(page.get_by_label(LABEL)).to_be_focused()


def test_a_screen_reader_hears_how_many_answers_there_are(open_as):
    """A polite status says the number, and that alone: not every answer at every letter."""
    page = open_as("uwe", "contacts")
    status = page.get_by_role("status")
    expect(status).to_have_attribute("aria-live", "polite")
    expect(status).to_be_empty()
    page.get_by_label(LABEL).fill("kubernetes")
    expect(status).to_have_text("1 answer")
    page.get_by_label(LABEL).fill("xyzzy")
    expect(status).to_have_text("0 answers")
    page.get_by_label(LABEL).fill("")
    expect(status).to_have_text("All contacts")
    assert page.locator("#rsp-answers [aria-live]").count() == 0


def test_an_empty_question_brings_the_contacts_back(open_as):
    """Deleting the question shows all contacts again, under the address without it."""
    page = open_as("uwe", "contacts?q=memory")
    page.get_by_label(LABEL).fill("")
    expect(page.get_by_role("heading", name="Everything, by area")).to_be_visible()
    page.wait_for_url(lambda address: address.endswith("/contacts"))


def test_back_and_reload_keep_the_question(open_as):
    """Who follows a link from an answer, and comes back, finds question and answers again."""
    page = open_as("uwe", "contacts")
    page.get_by_label(LABEL).fill("account")
    page.wait_for_url("**/contacts?q=account")
    page.locator("#rsp-answers a[href*='roles/']").first.click()
    page.wait_for_url("**/roles/*")
    page.go_back()
    for _ in range(2):
        expect(page.get_by_label(LABEL)).to_have_value("account")
        expect(page.get_by_role("heading", name="Who may use the hub")).to_be_visible()
        page.reload()


def test_a_late_answer_does_not_replace_a_newer_one(open_as):
    """When the answer to the first letters comes last, it is thrown away."""
    page = open_as("uwe", "contacts")
    held = []
    page.route("**/contacts?q=me", lambda route: held.append(route))
    box = page.get_by_label(LABEL)
    with page.expect_request("**/contacts?q=me"):
        box.fill("me")
    box.fill("money")
    newest = page.get_by_role("heading", name="Money")
    expect(newest).to_be_visible()
    with page.expect_response("**/contacts?q=me"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(newest).to_be_visible()
    assert page.url.endswith("?q=money")


def test_without_a_connection_the_last_answers_stay(open_as):
    """A question that cannot be sent changes nothing; with the service back, Enter still asks."""
    page = open_as("uwe", "contacts?q=money")
    page.route("**/contacts?q=memory", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_label(LABEL).fill("memory")
    expect(page.get_by_role("heading", name="Money")).to_be_visible()
    page.unroute("**/contacts?q=memory")
    page.get_by_label(LABEL).press("Enter")
    expect(page.get_by_role("heading", name="Set up the cloud environment")).to_be_visible()


def test_an_answer_is_text_and_never_markup(open_as):
    """A question with markup is shown as it was typed, with scripts as without."""
    evil = "<img src=xyzzy onerror=plugh>"
    page = open_as("uwe", "contacts")
    page.get_by_label(LABEL).fill(evil)
    expect(page.get_by_role("heading", name="No answers for")).to_contain_text(evil)
    assert page.title() == "Whom to ask"
    assert page.locator("#responsibility img").count() == 0


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
@pytest.mark.parametrize(
    ("zone", "hours", "said"), [("Asia/Tokyo", 9, "GMT+9"), ("America/Bogota", -5, "GMT-5")]
)
def test_times_are_local(open_as, zone, hours, said, locale):
    """Day, time and zone of where the reader is, as without scripts; the exact one stays."""
    page = open_as("uwe", timezone_id=zone, locale=locale)
    time = page.locator(".rsp-age time")
    given = time.get_attribute("datetime")
    local = datetime.fromisoformat(given).astimezone(timezone(timedelta(hours=hours)))
    expect(time).to_have_text(f"{local.day} {local:%b %Y, %H:%M} {said}")
    assert time.get_attribute("title") == given


@pytest.mark.parametrize("path", PAGES)
def test_nothing_fails_in_the_console(open_as, path):
    """No page has a script, a stylesheet or a picture that fails."""
    page = open_as("rita", path)
    said, failed = [], []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda reply: failed.append(reply.url) if reply.status >= 400 else None)
    page.reload()
    assert said == []
    assert [url for url in failed if not url.endswith("no/such/page")] == []
