"""A login that is over in the middle of things: it is said, nothing is lost, nothing done twice."""

from __future__ import annotations

from playwright.sync_api import Page, expect

ROLE = "roles/hub-administrator"
COOKIE = "service-responsibilities"
LABEL = "Whom do I ask about"


def end_session(page: Page, everywhere: bool = False) -> None:
    """As after a day, or a restart; or `everywhere`, where somebody has logged out."""
    if everywhere:
        page.context.clear_cookies()
    else:
        page.context.clear_cookies(name=COOKIE)


def test_what_was_written_comes_back_after_the_login(act_as, way):
    """The form says that the login is over, and shows what was written; then it is there again."""
    page = act_as.alone("rita", ROLE, **way.how)
    page.get_by_label("Account").fill("maria")
    page.get_by_label("Reason").last.fill("Looks after\u2026 the course <b>")
    end_session(page)
    page.get_by_role("button", name="Appoint", exact=True).click()
    expect(page.get_by_role("heading", name="Your login is over")).to_be_visible()
    expect(page.locator(".rsp-typed")).to_have_text(["maria", "Looks after\u2026 the course <b>"])
    page.get_by_role("link", name="Log in again").click()
    page.wait_for_url(f"**/{ROLE}")
    assert "maria" not in act_as.members("hub-admins")
    if way.scripts:
        expect(page.locator(".rsp-restored")).to_be_focused()
        expect(page.get_by_label("Account")).to_have_value("maria")
        expect(page.get_by_label("Reason").last).to_have_value("Looks after\u2026 the course <b>")
        page.get_by_role("button", name="Appoint", exact=True).click()
        expect(page.locator(".rsp-done")).to_contain_text("is now Hub Administrator")
        page.goto(act_as.hub.page(ROLE))
        expect(page.get_by_label("Account")).to_have_value("")


def test_a_form_of_one_of_many_people_is_found_again(act_as):
    """The reason for withdrawing somebody is back beside them, unfolded, and beside nobody else."""
    act_as.hub.put_in_group("hub-admins", "tom", "nina")
    page = act_as.alone("rita", ROLE)
    for name in ("nina", "tom"):
        page.get_by_label(f"Withdraw {name}").click()
    row = page.locator("li, tr").filter(has_text="tom").last
    row.get_by_label("Reason").last.fill("Has moved on")
    end_session(page)
    row.locator("button:visible").click()
    page.get_by_role("link", name="Log in again").click()
    page.wait_for_url(f"**/{ROLE}")
    row = page.locator("li, tr").filter(has_text="tom").last
    expect(row.get_by_label("Reason").last).to_be_visible()
    expect(row.get_by_label("Reason").last).to_have_value("Has moved on")
    values = page.get_by_label("Reason").evaluate_all("all => all.map(each => each.value)")
    assert sorted(filter(None, values)) == ["Has moved on"]


def test_typing_starts_no_login(open_as):
    """Each letter is told that the login is over; none leaves a cookie or asks the hub for more."""
    page = open_as.alone("uwe", "contacts")
    end_session(page, everywhere=True)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label(LABEL).press_sequentially("memory", delay=200)
    expect(page.locator("#rsp-over")).to_be_visible()
    assert not [url for url in asked if "/hub/" in url]
    assert page.context.cookies() == []
    assert page.locator("#rsp-over a").get_attribute("href").endswith("contacts?q=memory")


def test_a_question_survives_a_login_elsewhere(open_as, way):
    """Where the login is on another origin, asking leads there, and not into silence."""
    page = open_as.alone("uwe", "contacts", **way.how)
    end_session(page, everywhere=True)
    elsewhere = page.url.replace("127.0.0.1", "localhost").partition("/services")[0]
    page.route(
        "**/hub/api/oauth2/authorize?*",
        lambda route: route.fulfill(status=302, headers={"Location": f"{elsewhere}/elsewhere"}),
    )
    page.get_by_label(LABEL).fill("memory")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{elsewhere}/**")


def test_a_question_is_answered_after_the_login(open_as, way):
    """With a login at the hub that goes on, the answers are there, without another click."""
    page = open_as.alone("uwe", "contacts", **way.how)
    end_session(page)
    page.get_by_label(LABEL).fill("memory")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts?q=memory")
    expect(page.locator("#rsp-answers h3").first).to_have_text("Set up the cloud environment")
