"""The main job, on a real hub: everybody sees their duties and whom to contact."""

from __future__ import annotations

import pytest
import requests
from bs4 import BeautifulSoup

PAGES = ["", "contacts", "contacts?q=memory", "model", "roles/hub-administrator"]


def test_a_holder_sees_roles_duties_and_contacts(hub):
    """rita sees both of her roles, through which groups, and what she is accountable for."""
    html = hub.visit("rita").get(hub.page()).text
    assert "Community Representative" in html
    assert "community-reps" in html
    assert "you are accountable" in html
    assert "hub-admins@reef.example" in html


def test_a_user_without_a_role_is_told_so(hub):
    """uwe sees that he has no role, and whom to ask."""
    html = hub.visit("uwe").get(hub.page()).text
    assert "You have no role" in html
    assert "Help desk" in html


def test_an_admin_without_a_role_has_power_and_no_duties(hub):
    """root sees that the admin flag is no role."""
    html = hub.visit("root").get(hub.page()).text
    assert "but hold no role" in html


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_for_everybody(hub, path):
    """Every page opens for somebody without a role."""
    reply = hub.visit("uwe").get(hub.page(path))
    assert reply.status_code == 200
    assert 'id="responsibility"' in reply.text


def test_a_full_role_can_be_renewed(hub):
    """A role with as many holders as it may have says so; their last day can be changed."""
    html = hub.visit("root").get(hub.page("roles/community-representative")).text
    assert "as many holders as it can have" in html
    assert '<input type="hidden" name="action" value="appoint">' in html


def test_me_as_json(hub):
    """`api/me` says the same as the page, for a browser session."""
    session = hub.visit("hanna")
    session.get(hub.page())
    me = session.get(hub.page("api/me")).json()
    assert me["user"]["name"] == "hanna"
    assert [role["id"] for role in me["roles"]] == ["hub-administrator"]
    assert {(duty["id"], duty["as"]) for duty in me["duties"]} >= {("oversee-access", "performer")}
    assert me["as_of"]


def row_about(html: str, title: str) -> str:
    """What a page says in the row with this title."""
    (heading,) = BeautifulSoup(html, "html.parser").find_all(["h3", "h4"], string=title)
    return " ".join(heading.find_parent(class_="rsp-row").get_text(" ").split())


def test_whoever_answers_and_helps_to_do_it_is_said_to(hub):
    """Representatives do one thing together with Hub Administrators, and leave another to them."""
    session = hub.visit("uwe")
    role = session.get(hub.page("roles/community-representative")).text
    assert "Together with: Hub Administrator" in row_about(role, "A lively community")
    assert "Done by: Hub Administrator" in row_about(role, "Who may use the hub")
    model = session.get(hub.page("model")).text
    assert "Done by: Community Representative" in row_about(model, "A lively community")
    assert "Done by: Community Representative" not in row_about(model, "Who may use the hub")


def test_a_representative_appoints_and_withdraws(hub):
    """Through the service rita changes a group that the hub itself doesn't let her change."""
    token = hub.token_for("rita")
    headers = {"Authorization": f"token {token}"}
    bare = hub.api("POST", "groups/hub-admins/users", token=token, json={"users": ["uwe"]})
    assert bare.status_code in (403, 404)
    url = hub.page("api/roles/hub-administrator/holders/uwe")
    for method, holds in (("PUT", True), ("DELETE", False)):
        reply = requests.request(method, url, headers=headers, timeout=30)
        assert reply.json()["result"] == "done"
        members = hub.api("GET", "groups/hub-admins").json()["users"]
        assert ("uwe" in members) is holds


def test_a_holder_is_found_by_name(hub):
    """Whoever asks for rita reads what she looks after, on the page and through the API."""
    session = hub.visit("uwe")
    html = session.get(hub.page("contacts?q=rita")).text
    assert "Community Representative" in BeautifulSoup(html, "html.parser").find("h3").text
    auth = {"Authorization": f"token {hub.token_for('uwe')}"}
    said = requests.get(hub.page("api/contacts?q=rita"), headers=auth, timeout=10).json()
    assert {(a["kind"], a["id"]) for a in said["answers"]} >= {("role", "community-representative")}
    assert said["otherwise"][0]["id"] == "help-desk"
