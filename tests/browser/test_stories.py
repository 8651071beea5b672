"""What people do on the pages, from the click to the ledger: with scripts and without, and by
keyboard alone while everything is twice as large."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from jupyterhub_responsibility.text import day

from .conftest import OVERDUE

ROLE = "roles/hub-administrator"
TODAY = datetime.now(timezone.utc).date()
UNTIL = (TODAY + timedelta(days=100)).isoformat()
UNTIL_SAID = day(TODAY + timedelta(days=100))
ISOLATES = str.maketrans("", "", "\u2068\u2069")
"""What keeps names in a sentence apart; nobody sees it."""


@pytest.fixture
def go(act_as, way):
    """Opens a page as somebody, in the way in which they use pages."""
    return lambda who, path="": act_as(who, path, **way.how)


@pytest.fixture
def ledger(go):
    """The newest lines of the ledger, as root reads them."""

    def read() -> list[str]:
        lines = go("root", "ledger").locator(".rsp-ledger tbody td:nth-child(2)")
        return [text.translate(ISOLATES) for text in lines.all_inner_texts()]

    return read


def done(page: Page, says: str) -> None:
    """The page says that something is done, and the focus is on that."""
    shown = page.locator(".rsp-done[role=status]")
    expect(shown).to_have_count(1)
    assert shown.inner_text().translate(ISOLATES) == says
    expect(shown).to_be_focused()


def failed(page: Page, says: str) -> None:
    """The page says that something was not done, and why; the focus is on that, or on the field
    where it is to be put right, which says so too."""
    expect(page.get_by_role("alert")).to_contain_text("That did not work.")
    assert says in page.get_by_role("alert").inner_text().translate(ISOLATES)
    here = page.locator(":focus")
    if here.get_attribute("role") != "alert":
        expect(here).to_have_accessible_description(re.compile(re.escape(says)))


def told(page: Page, says: str) -> None:
    """The page says what became of a list, and the focus is on that."""
    shown = page.get_by_role("status").first
    expect(shown).to_contain_text(says)
    expect(shown).to_be_focused()


def row(page: Page, name: str):
    """A holder's row on the page of a role."""
    heading = page.get_by_role("heading", name=name)
    return page.locator(".rsp-holder").filter(has=heading)


def request_of(page: Page, who: str):
    """An open request, by whoever made it."""
    return page.locator(".rsp-request").filter(has_text=f"{who} ")


# -- appointing


def test_a_representative_appoints_and_withdraws(act_as, go, ledger):
    """The account is in the group, and later out of it; the page and the ledger say so."""
    page = go("rita", ROLE)
    page.get_by_label("Account").fill("maria")
    page.get_by_label("Last day (optional)").fill(UNTIL)
    page.get_by_label("Reason").last.fill("Looks after the course")
    page.get_by_role("button", name="Appoint", exact=True).click()
    done(page, "maria is now Hub Administrator.")
    expect(row(page, "maria").locator(f"time[datetime='{UNTIL}']:visible")).to_have_count(1)
    assert "maria" in act_as.members("hub-admins")

    ask = page.get_by_label("Withdraw maria")
    sure = page.get_by_role("button", name="Withdraw maria", exact=True)
    expect(sure).to_be_hidden()  # one click does nothing yet
    ask.click()
    row(page, "maria").get_by_label("Reason").last.fill("The course is over")
    row(page, "maria").locator("button:visible").click()
    done(page, "maria is no longer Hub Administrator.")
    expect(row(page, "maria")).to_have_count(0)
    assert "maria" not in act_as.members("hub-admins")
    assert ledger()[:2] == [
        "rita withdrew maria as Hub Administrator. Reason: “The course is over”",
        f"rita appointed maria as Hub Administrator, until {UNTIL_SAID}."
        " Reason: “Looks after the course”",
    ]


def test_a_term_that_ended_is_offered_for_withdrawal(act_as, go, ledger, way):
    """Whose term is over stands out, and is withdrawn once somebody is sure."""
    name = OVERDUE[way.number]
    page = go("rita", ROLE)
    expect(row(page, name)).to_contain_text("Term ended")
    expect(row(page, name).get_by_text("Change last day …")).to_be_visible()
    expect(row(page, name).locator("input[name=seen]")).to_have_count(2)  # in both forms
    page.get_by_label(f"Withdraw {name}, whose term has ended").click()
    page.get_by_role("button", name=f"Withdraw {name}", exact=True).click()
    done(page, f"{name} is no longer Hub Administrator.")
    assert name not in act_as.members("hub-admins")
    assert ledger()[0] == f"rita withdrew {name} as Hub Administrator."


def test_a_last_day_is_changed_and_taken_away(act_as, go, ledger):
    """Their own entry each; a day that is the last one already is refused, and can be put right."""
    act_as.call("rita", "PUT", f"{ROLE}/holders/maria")
    page = go("rita", ROLE)
    page.get_by_label("Change the last day of maria").click()
    row(page, "maria").get_by_label("New last day").fill(UNTIL)
    page.get_by_role("button", name="Change last day", exact=True).click()
    done(page, f"rita set the last day of maria as Hub Administrator to {UNTIL_SAID}.")
    page.get_by_label("Change the last day of maria").click()
    page.get_by_role("button", name="Change last day", exact=True).click()
    failed(page, "This is the last day of maria already.")
    expect(row(page, "maria").get_by_label("New last day")).to_be_focused()
    page.get_by_role("button", name="No last day").click()
    removed = f"rita removed the last day of maria as Hub Administrator, which was {UNTIL_SAID}."
    done(page, removed)
    assert ledger()[0] == removed


def test_what_was_refused_can_be_put_right(act_as, go):
    """The page says why, and what was typed is still there, to be sent again."""
    page = go("rita", ROLE)
    page.get_by_label("Account").fill("marya")
    page.get_by_label("Last day (optional)").fill(UNTIL)
    page.get_by_label("Reason").last.fill("Looks after the course")
    page.get_by_role("button", name="Appoint", exact=True).click()
    failed(page, "There is no account “marya” on this hub.")
    expect(page.get_by_label("Last day (optional)")).to_have_value(UNTIL)
    expect(page.get_by_label("Reason").last).to_have_value("Looks after the course")
    expect(page.get_by_label("Account")).to_have_value("marya")
    expect(page.get_by_label("Account")).to_be_focused()
    expect(page.get_by_label("Account")).to_have_accessible_description(
        re.compile("^There is no account")
    )
    page.get_by_role("button", name="maria").click()
    assert "maria" not in act_as.members("hub-admins")
    expect(page.get_by_label("Account")).to_have_value("maria")
    expect(page.get_by_label("Account")).to_be_focused()
    expect(page.get_by_label("Last day (optional)")).to_have_value(UNTIL)
    expect(page.get_by_label("Reason").last).to_have_value("Looks after the course")
    page.get_by_role("button", name="Appoint", exact=True).click()
    done(page, "maria is now Hub Administrator.")
    assert "maria" in act_as.members("hub-admins")


def test_the_focus_is_where_something_was_wrong(go):
    """A last day that has passed is to be put right in its field."""
    page = go("rita", ROLE)
    page.get_by_label("Account").fill("maria")
    page.get_by_label("Last day (optional)").evaluate("field => { field.form.noValidate = true; }")
    page.get_by_label("Last day (optional)").fill("2020-01-01")
    page.get_by_role("button", name="Appoint", exact=True).click()
    failed(page, "2020-01-01 has passed.")
    expect(page.get_by_label("Last day (optional)")).to_be_focused()
    expect(page.get_by_label("Last day (optional)")).to_have_accessible_description(
        re.compile("^2020-01-01 has passed")
    )
    expect(page.get_by_label("Account")).to_have_value("maria")


def test_who_can_add_somebody_without_an_account(go):
    """Whoever can is led there."""
    for who in ("rita", "root"):
        hint = go(who, ROLE).get_by_text("No account yet?")
        expect(hint.get_by_role("link", name="Add them to the hub")).to_be_visible()


def test_who_cannot_add_somebody_is_told_who_can(act_as, go):
    """The roles that can are named, with the way to whoever holds them."""
    act_as.hub.take_out_of_group("hub-admins", "rita")
    page = go("rita", ROLE)
    hint = page.get_by_text("No account yet?")
    expect(hint).to_contain_text("Anyone who is Hub Administrator can add them")
    expect(hint.get_by_role("link", name="Hub Administrator")).to_have_count(1)


# -- suggestions


def suggested(page: Page) -> list[str]:
    """What is suggested, once it is there."""
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    return page.get_by_role("option").all_inner_texts()


def test_accounts_are_suggested_while_one_types(act_as):
    """From the third letter on; the arrow keys and Enter put one into the field, and no more."""
    page = act_as("rita", ROLE)
    field = page.get_by_role("combobox", name="Account")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    field.press_sequentially("ma")
    page.wait_for_timeout(400)
    assert asked == []
    field.press_sequentially("r")
    assert suggested(page) == ["maria"]
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".rsp-suggest [role=status]")).to_have_text("1 account matches")
    field.press("ArrowDown")
    option = page.get_by_role("option", name="maria")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    field.press("Enter")
    expect(field).to_have_value("maria")
    expect(field).to_be_focused()
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_hidden()
    assert "maria" not in act_as.members("hub-admins")
    page.get_by_role("button", name="Appoint", exact=True).focus()
    page.keyboard.press("Enter")
    done(page, "maria is now Hub Administrator.")


def test_a_suggestion_can_be_clicked(act_as):
    """With a mouse or a finger it is one tap."""
    page = act_as("rita", ROLE, width=360)
    page.get_by_label("Account").press_sequentially("nin")
    suggested(page)
    page.get_by_role("option", name="nina").click()
    expect(page.get_by_label("Account")).to_have_value("nina")
    assert "nina" not in act_as.members("hub-admins")


def test_suggestions_can_be_left(act_as):
    """Escape closes them and keeps what was typed, Tab goes on, and arrows go round."""
    act_as.hub.api("POST", "users", json={"usernames": ["marius"]}).close()
    page = act_as("rita", ROLE)
    field = page.get_by_label("Account")
    field.press_sequentially("mar")
    assert suggested(page) == ["maria", "marius"]
    for key, chosen in (("ArrowUp", "marius"), ("ArrowUp", "maria"), ("ArrowUp", "marius"),
                        ("ArrowDown", "maria"), ("ArrowDown", "marius")):  # fmt: skip
        field.press(key)
        expect(page.locator("[role=option][aria-selected=true]")).to_have_text(chosen)
        assert field.evaluate("field => field.selectionStart") == len("mar")
    field.press("Escape")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_hidden()
    expect(field).to_have_value("mar")
    field.press_sequentially("i")
    suggested(page)
    field.press("Tab")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_hidden()
    expect(field).to_have_value("mari")


def test_who_is_not_there_is_said(act_as):
    """A screen reader hears that nobody matches, and Enter sends nothing."""
    page = act_as("rita", ROLE)
    field = page.get_by_label("Account")
    field.press_sequentially("xyzzy")
    expect(page.locator(".rsp-suggest [role=status]")).to_have_text("No account matches")
    field.press("Enter")
    expect(page.locator(".rsp-done, .rsp-failed")).to_have_count(0)


def test_a_late_suggestion_is_for_nobody(act_as):
    """What comes after somebody has typed on, or left, is thrown away."""
    page = act_as("rita", ROLE)
    held = []
    page.route("**/candidates?q=mar", lambda route: held.append(route))
    field = page.get_by_label("Account")
    with page.expect_request("**/candidates?q=mar"):
        field.press_sequentially("mar")
    field.fill("nin")
    assert suggested(page) == ["nina"]
    with page.expect_response("**/candidates?q=mar"):
        held[0].continue_()
    page.wait_for_timeout(200)
    assert suggested(page) == ["nina"]


def test_without_suggestions_one_can_appoint(act_as):
    """Where they can't be had, whoever knows the name types it."""
    page = act_as("rita", ROLE)
    page.route("**/candidates?q=*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_label("Account").press_sequentially("maria")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_hidden()
    page.get_by_role("button", name="Appoint", exact=True).click()
    done(page, "maria is now Hub Administrator.")


def test_a_proposal_has_no_suggestions(act_as):
    """Who may not appoint isn't told who has an account."""
    page = act_as("hanna", ROLE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_text("Propose a successor").click()
    page.get_by_label("Their account").press_sequentially("maria")
    page.wait_for_timeout(400)
    assert page.get_by_role("combobox").count() == 0
    assert asked == []


def test_enter_in_a_field_changes_nothing(act_as, go):
    """In no form: only somebody who presses a button means it."""
    ask(go)
    page = go("rita")
    message = request_of(page, "uwe").get_by_label("Message to uwe")
    message.fill("No, you are not ready")
    message.press("Enter")
    page = go("rita", ROLE)
    page.get_by_label("Account").fill("tom")
    for label in ("Account", "Reason", "Last day (optional)"):
        page.get_by_label(label).last.press("Enter")
        page.wait_for_timeout(200)
    expect(page.get_by_label("Account")).to_have_value("tom")
    page.wait_for_timeout(500)
    assert page.locator(".rsp-done, .rsp-failed").all_inner_texts() == []
    assert not {"tom", "uwe"} & act_as.members("hub-admins")
    assert len(act_as.call("root", "GET", "requests")["requests"]) == 1


# -- requests


def ask(go, reason: str = "I run the course") -> Page:
    """Uwe asks to become Hub Administrator."""
    page = go("uwe", ROLE)
    page.get_by_text("Ask for this role").click()
    page.get_by_label("Why you").fill(reason)
    page.get_by_label("Last day (optional)").fill(UNTIL)
    page.get_by_role("button", name="Send request").click()
    done(page, f"uwe asked to become Hub Administrator, until {UNTIL_SAID}. Reason: “{reason}”")
    expect(page.get_by_text("Ask for this role")).to_have_count(0)  # once is enough
    return page


def test_a_representative_approves_a_request_with_a_word(act_as, go, ledger):
    """Whoever asked holds the role until the day they asked for, and reads the word."""
    ask(go)
    page = go("rita")
    asked = request_of(page, "uwe")
    expect(asked).to_contain_text("I run the course")
    asked.get_by_label("Message to uwe").fill("Welcome")
    sure = asked.get_by_role("button", name="Approve uwe", exact=True)
    expect(sure).to_be_hidden()  # one click does nothing yet
    asked.get_by_label("Approve uwe").click()
    expect(asked).to_contain_text("uwe will be Hub Administrator until")
    sure.click()
    done(page, "uwe is now Hub Administrator.")
    assert "uwe" in act_as.members("hub-admins")
    mine = go("uwe")
    expect(mine.get_by_role("heading", name="Your role: Hub Administrator")).to_be_visible()
    answer = mine.locator(".rsp-notice").filter(has_text="rita approved your request")
    expect(answer).to_contain_text("Welcome")
    expect(mine.locator(f"time[datetime='{UNTIL}']:visible")).to_have_count(1)
    assert ledger()[:1] == [
        f"rita appointed uwe as Hub Administrator, until {UNTIL_SAID}. Reason: “Welcome”",
    ]


def test_a_representative_declines_a_request_with_a_word(act_as, go, ledger):
    """Whoever asked reads that, with the word, and nothing has changed."""
    ask(go)
    page = go("rita", ROLE)
    request_of(page, "uwe").get_by_label("Message to uwe").fill("Not this year")
    request_of(page, "uwe").get_by_role("button", name="Decline uwe").click()
    done(page, "rita declined to make uwe Hub Administrator. Reason: “Not this year”")
    assert "uwe" not in act_as.members("hub-admins")
    mine = go("uwe")
    answer = mine.locator(".rsp-notice").filter(has_text="rita declined your request")
    expect(answer).to_contain_text("Not this year")
    expect(mine.locator(".rsp-request")).to_have_count(0)
    assert ledger()[0].startswith("rita declined to make uwe Hub Administrator.")


def test_a_decision_that_is_refused_says_why(act_as, go):
    """Somebody else was faster: nothing is left to put right, and the message has the focus."""
    ask(go)
    page = go("rita")
    asked = request_of(page, "uwe")
    number = asked.locator("input[name=request]").get_attribute("value")
    asked.get_by_label("Approve uwe").click()
    act_as.call("root", "POST", f"requests/{number}", verdict="declined")
    asked.get_by_role("button", name="Approve uwe", exact=True).click()
    failed(page, "This request has been decided or taken back, or has expired.")
    expect(page.get_by_role("alert")).to_be_focused()
    assert "uwe" not in act_as.members("hub-admins")


def test_a_request_can_be_taken_back(go, ledger):
    """Whoever asked takes it back on their own page, and may ask again."""
    ask(go)
    page = go("uwe")
    page.get_by_role("button", name="Take back").click()
    done(page, "uwe took back the request to become Hub Administrator.")
    expect(page.get_by_text("Ask for this role")).to_be_visible()
    expect(go("rita").locator(".rsp-request")).to_have_count(0)
    assert ledger()[0].startswith("uwe took back the request")


def test_a_holder_proposes_a_successor_and_an_admin_approves(act_as, go, ledger):
    """The proposal waits on the page of whoever decides; then the successor holds the role."""
    page = go("hanna", ROLE)
    page.get_by_text("Propose a successor").click()
    page.get_by_label("Their account").fill("tom")
    page.get_by_label("Reason").last.fill("Knows our images")
    page.get_by_role("button", name="Propose", exact=True).click()
    done(page, "hanna proposed tom as Hub Administrator. Reason: “Knows our images”")
    decision = go("root")
    expect(request_of(decision, "hanna")).to_contain_text("hanna proposed tom as")
    decision.get_by_label("Approve tom").click()
    decision.get_by_role("button", name="Approve tom", exact=True).click()
    done(decision, "tom is now Hub Administrator.")
    assert "tom" in act_as.members("hub-admins")
    expect(go("hanna").get_by_text("root approved your proposal to make tom")).to_be_visible()
    assert ledger()[:2] == [
        "root appointed tom as Hub Administrator.",
        "hanna proposed tom as Hub Administrator. Reason: “Knows our images”",
    ]


# -- stepping down


def test_a_holder_steps_down_and_leaves_a_note(act_as, go, ledger):
    """It takes a second click; the successor reads the note on their own page."""
    page = go("hanna", ROLE)
    sure = page.get_by_role("button", name="Step down as Hub Administrator")
    expect(sure).to_be_hidden()
    page.get_by_text("Step down", exact=True).click()
    page.get_by_label("A note for the next person").fill("The keys are with the help desk.")
    sure.click()
    done(page, "hanna is no longer Hub Administrator.")
    assert "hanna" not in act_as.members("hub-admins")
    expect(go("hanna").get_by_role("heading", name="Need something?")).to_be_visible()
    act_as.call("rita", "PUT", "roles/hub-administrator/holders/maria")
    letter = go("maria").locator(".rsp-letter")
    expect(letter).to_contain_text("hanna left this note")
    expect(letter).to_contain_text("The keys are with the help desk.")
    assert (
        "hanna stepped down as Hub Administrator. Note for the next person:"
        " “The keys are with the help desk.”" in ledger()
    )


def test_who_must_stay_keeps_their_note(act_as, go):
    """The last representative is told what to do first, and need not write the note again."""
    page = go("rita", "roles/community-representative")
    page.get_by_text("Step down", exact=True).click()
    page.get_by_label("A note for the next person").fill("Line one\nline two")
    page.get_by_role("button", name="Step down as Community Representative").click()
    failed(page, "Appoint somebody else first, or ask a JupyterHub admin")
    expect(page.get_by_label("A note for the next person")).to_be_visible()
    expect(page.get_by_label("A note for the next person")).to_have_value("Line one\nline two")
    assert act_as.members("community-reps") == {"rita"}


# -- confirming


def test_a_holder_confirms_their_duties(act_as, go, ledger):
    """The page asks until they have confirmed; others see that they have."""
    act_as.call("rita", "PUT", "roles/hub-administrator/holders/maria")
    page = go("maria")
    page.get_by_role("button", name="I know my duties and accept them").click()
    done(page, "maria confirmed the duties of Hub Administrator.")
    expect(page.get_by_text("You confirmed these duties")).to_be_visible()
    expect(page.locator("form.rsp-actions")).to_have_count(0)
    expect(row(go("uwe", ROLE), "maria")).to_contain_text("duties confirmed")
    assert ledger()[0] == "maria confirmed the duties of Hub Administrator."


def test_who_has_no_role_is_not_asked_to_confirm(go):
    """A user without a role, and a JupyterHub admin without one, see nothing to confirm."""
    for who in ("uwe", "root"):
        expect(go(who).get_by_role("button", name="accept")).to_have_count(0)


# -- adding people


def preview(page: Page, text: str) -> Page:
    """What a list would become."""
    page.get_by_label("Usernames").fill(text)
    page.get_by_role("button", name="Preview").click()
    return page


def ticks(page: Page) -> dict[str, bool]:
    """Each name that can be added, and whether it has a tick."""
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    boxes = page.get_by_role("checkbox").and_(page.locator("table input"))
    return {box.get_attribute("value"): box.is_checked() for box in boxes.all()}


def test_a_hub_administrator_adds_a_pasted_list(act_as, go, ledger, way):
    """Nobody is added by the preview; then each name says what became of it, and those that
    failed are there to be put right."""
    act_as.call("rita", "PUT", "roles/hub-administrator/holders/nina")  # a run begins after it
    page = go("hanna")
    page.get_by_role("link", name="Add people", exact=True).last.click()
    new = f"ines{way.number}", f"li{way.number}"
    preview(page, f"Name\tUsername\nInes\t{new[0]}\nLi\t{new[1].upper()}\nHanna\thanna\nA\ta/b")
    told(page, "Nobody has been added yet.")
    expect(page.get_by_text("What you had written is back")).to_have_count(0)  # it has arrived
    assert ticks(page) == {"username": False, new[0]: True, new[1]: True, "a/b": False}
    expect(page.get_by_role("row", name="hanna")).to_contain_text("already has an account")
    assert act_as.hub.api("GET", f"users/{new[0]}").status_code == 404
    page.get_by_label("a/b").check()
    page.get_by_role("button", name="Add those with a tick").click()
    told(page, "2 added, 1 not added.")
    lines = [" ".join(text.split()) for text in page.locator("li.rsp-row").all_inner_texts()]
    assert lines == [
        "a/b not added. The hub does not accept the name “a/b”.",
        f"{new[0]} added",
        f"{new[1]} added",
    ]
    expect(page.get_by_label("Usernames")).to_have_value("a/b")
    for name in new:
        assert act_as.hub.api("GET", f"users/{name}").json()["admin"] is False
    said = ledger()
    assert f"hanna added {new[0]} to the hub." in said
    assert "hanna tried to add a/b to the hub. The hub refused to add a/b." in said


def test_what_looks_wrong_takes_a_yes(act_as, go):
    """Two names that were pasted as one, a full name and a heading: each is as it was meant."""
    page = preview(go("hanna", "users"), 'email\nuno; dos\n"tres"\nAda Lovelace')
    assert ticks(page) == {
        "email": False, "uno": True, "dos": True, "tres": True, "ada lovelace": False,
    }  # fmt: skip
    expect(page.get_by_label("ada lovelace")).to_have_accessible_description(
        re.compile("has a space in it, as full names do$")
    )
    expect(page.get_by_label("Usernames")).to_have_value('email\nuno; dos\n"tres"\nAda Lovelace')


def test_the_preview_needs_no_mouse(act_as, go, way):
    """Ticks are set and taken away with the keyboard, and Enter on a name adds nobody."""
    name = f"kay{way.number}"
    page = go("hanna", "users")
    page.get_by_label("Usernames").focus()
    page.keyboard.insert_text(f"{name}\nAda Lovelace")
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    page.get_by_label(name).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert ticks(page) == {name: True, "ada lovelace": True}
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    told(page, "1 added.")


def test_too_long_a_list_is_kept(go):
    """Nobody is added, the page says how many are too many, and the list is still there."""
    page = go("hanna", "users")
    names = "\n".join(f"name{number}" for number in range(51))
    preview(page, names)
    failed(page, "at most 50 at once")
    expect(page.get_by_label("Usernames")).to_have_value(names)
    expect(page.get_by_label("Usernames")).to_be_focused()
    expect(page.get_by_label("Usernames")).to_have_accessible_description(
        re.compile("^This list has 51 names")
    )


def test_only_those_who_may_are_led_to_what_they_may(go):
    """Adding people, appointing and the ledger are offered to whom they are open."""

    def offered(who: str) -> list[str]:
        return go(who).locator(".rsp-able a[href*='services/']").all_inner_texts()

    assert offered("uwe") == []
    assert offered("hanna") == ["Add people", "Contacts and people"]
    assert offered("rita") == [
        "Hub Administrator",
        "Add people",
        "Contacts and people",
        "Activity log",
    ]
    assert offered("root")[-3:] == ["Add people", "Contacts and people", "Activity log"]


# -- the ledger


def test_an_admin_filters_the_ledger_and_downloads_it(act_as, go):
    """The table in the file has the lines that the filter leaves, and no others."""
    act_as.call("rita", "PUT", "roles/hub-administrator/holders/nina", reason="=1+1")
    page = go("root")
    page.get_by_role("link", name="Activity log").last.click()
    page.get_by_label("Person").fill("nina")
    page.get_by_label("Role", exact=True).select_option(label="Hub Administrator")
    page.get_by_label("What", exact=True).select_option(label="Appointments and withdrawals")
    page.get_by_label("From").fill((TODAY - timedelta(days=1)).isoformat())
    page.get_by_label("To", exact=True).fill((TODAY + timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("Person")).to_have_value("nina")
    expect(page.get_by_label("What", exact=True)).to_have_value("appointments")
    lines = page.locator(".rsp-ledger tbody tr")
    assert lines.count() >= 1
    said = lines.all_inner_texts()
    assert all("nina" in text and "outside this page" not in text for text in said)
    with page.expect_download() as download:
        page.get_by_role("link", name="spreadsheet").click()
    with open(download.value.path(), newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == 2 * lines.count()  # and what became of each
    assert {each["event"] for each in found} <= {"appointment", "withdrawal", "outcome"}
    assert {each["person"] for each in found} == {"nina"}
    page.get_by_label("Person").fill("nobody-of-this-name")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Show everything").click()
    expect(page.get_by_label("Person")).to_have_value("")


def test_many_who_were_added_bury_nothing(act_as, go, way):
    """They are one line, which unfolds into their names, in the order in which they were sent."""
    act_as.call("rita", "PUT", "roles/hub-administrator/holders/nina", reason="Before them")
    names = [f"guest{way.number}-{number}" for number in range(50)]
    act_as.call("hanna", "POST", "users", usernames=names)
    page = go("root", "ledger")
    many, before = page.locator(".rsp-ledger tbody tr").all()[:2]
    expect(before).to_contain_text("Before them")
    expect(many).to_contain_text("added 50 people to the hub.")
    expect(many.locator("li").first).to_be_hidden()
    many.locator("summary").click()
    expect(many.locator("li").first).to_be_visible()
    assert [name.translate(ISOLATES) for name in many.locator("li").all_inner_texts()] == names
