"""What the pages say, as they are rendered: one wording for one thing, and labels on phones."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from html import unescape
from typing import Any, get_type_hints

import pytest

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.finder import Found
from jupyterhub_responsibility.domain.holders import NO_ROLE
from jupyterhub_responsibility.domain.model import Contact, Declaration, Party, Viewer
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.deeds import deeds, runs
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.pages import (
    CONTACTS,
    LEDGER,
    ME,
    MODEL,
    PAGES,
    PANEL,
    PRINT,
    ROLE,
    Page,
)  # fmt: skip
from jupyterhub_responsibility.service.pages.frame import Frame
from jupyterhub_responsibility.service.templating import HubUser, Templates

from ..conftest import READ_AT

ADMIN, REP = "hub-administrator", "community-representative"
RITA = Viewer("rita", groups=frozenset({"hub-admins", "community-reps"}))
TEMPLATES = Templates(
    [],
    {
        "base_url": "/hub/",
        "static_url": lambda path, **_: path,
        "no_spawner_check": True,
        "parsed_scopes": {},
        "services": [],
    },
)
DRAFTS = (
    Draft("request", "uwe", role=ADMIN, person="uwe", details={"expires": "2026-12-22"}),
    Draft("request", "rita", role=REP, person="hanna", details={"expires": "2026-12-22"}),
    Draft("request", "rita", role=ADMIN, person="tom", details={"expires": "2026-12-22"}),
    Draft("decision", "root", role=ADMIN, person="tom", details={"verdict": "declined",
                                                                 "request": "3"}),
)  # fmt: skip
ENTRIES = tuple(write(draft, n, BEGINNING, READ_AT) for n, draft in enumerate(DRAFTS, 1))
RUNS = runs(deeds(ENTRIES, ()))


@pytest.fixture
def snapshot(declared, roster) -> Snapshot:
    """uwe asks for a role; rita proposed hanna, and tom, whom root declined."""
    state = LedgerState()
    for entry in ENTRIES:
        state.read(entry)
    return Snapshot(declared, roster, state, READ_AT)


def text(html: str) -> str:
    """What a page says, in one line."""
    plain = re.sub(r"</?(a|bdi|code|q|span|strong|time)\b[^>]*>", "", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", plain)))


@pytest.fixture
def render(snapshot):
    def render(
        page: Page,
        *asked: object,
        viewer: Viewer = RITA,
        declaration: Declaration = snapshot.declaration,
    ) -> str:
        said = page.make(replace(snapshot, declaration=declaration), viewer, *asked)
        parties: dict[str, Party] = {
            "community": declaration.community,
            "provider": declaration.provider,
        }
        frame = Frame(page.title_of(said), page.name, "/", "/hub/", as_of=READ_AT, **parties)
        variables: dict[str, Any] = {
            "frame": frame,
            "page": said,
            "user": HubUser(viewer, NOBODY_NAMED),
        }
        html = TEMPLATES.render(f"responsibility-{page.name}.html", variables)
        return html[html.index("<main") : html.index("</main>")]

    return render


ASKED = {PRINT: ("https://hub.example", READ_AT), ROLE: (ADMIN,), LEDGER: (RUNS, {}, False)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_title_has_one_source(page):
    """A page is called by its row, or says itself what it is about; never both."""
    said = get_type_hints(page.make)["return"]
    own = hasattr(said, "title") or "title" in {field.name for field in fields(said)}
    assert own != bool(page.title)


@pytest.mark.parametrize("page", [PANEL, PRINT, MODEL], ids=lambda page: page.name)
def test_no_role_has_one_wording(page, render):
    """Where the model gives something no role, every page says so in the same words."""
    html = render(page, *ASKED.get(page, ()))
    said = re.findall(r"\b(?:\w+ )?role (?:is )?(?:assigned|responsible)|by design", text(html))
    assert NO_ROLE in text(html)
    assert set(said) <= {NO_ROLE, "by design"}
    assert said.count("by design") <= 1  # in the summary
    assert "nobody, by" not in text(html)
    assert "no formal role" not in html


@pytest.mark.parametrize("page", [PANEL, PRINT, MODEL], ids=lambda page: page.name)
def test_who_is_not_named_is_called_the_same(page, render):
    """Nobody can be put into a group that isn't there: people are named, or not, everywhere."""
    cells = re.findall(r"<strong[^>]*>(nobody[^<]*)</strong>", render(page, *ASKED.get(page, ())))
    assert cells
    assert set(cells) == {"nobody named"}  # each role with a group has holders


@pytest.mark.parametrize("page", [PANEL, LEDGER], ids=lambda page: page.name)
def test_every_cell_has_its_label(page, render):
    """On a phone a row becomes a block: each cell says which column it is of."""
    html = render(page, *ASKED.get(page, ()))
    for table in re.findall(r"<table.*?</table>", html, re.S):
        columns = re.findall(r'<th scope="col">(.*?)</th>', table)
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S)
        rows = [re.findall(r"<td([^>]*)>", row) for row in rows if "<td" in row]
        assert rows
        for cells in rows:
            labels = [re.search(r'data-label="(.*?)"', cell) for cell in cells]
            assert [label and label[1] for label in labels] == columns[-len(cells) :]


def test_a_duty_says_for_which_role(render):
    """Who holds two roles confirms each for itself, and sees what comes with which."""
    said = text(render(ME))
    assert "you are accountable as Community Representative you do it as Hub Administrator" in said
    alone = text(render(ME, viewer=Viewer("hanna", groups=frozenset({"hub-admins"}))))
    assert "you do it" in alone
    assert "you do it as" not in alone


def test_requests_read_as_what_was_done(render):
    """What waits for an answer, one's own requests, and what became of a proposal."""
    said = text(render(ME))
    assert "Waiting for your answer uwe asked to become Hub Administrator." in said
    assert "Your requests You proposed hanna as Community Representative." in said
    assert "root declined to make tom Hub Administrator," in said
    uwe = text(render(ME, viewer=Viewer("uwe")))
    assert "Your requests You asked to become Hub Administrator." in uwe
    assert "Waiting for your answer" not in uwe


def test_print_says_what_the_panel_says(render):
    """The same headings, and the same words for how somebody holds a role."""
    panel, printed, role = (
        text(render(page, *ASKED.get(page, ()))) for page in (PANEL, PRINT, ROLE)
    )
    for said in ("What to do next", "Who looks after what", "no role assigned", "nobody named"):
        assert said in panel
        assert said in printed
    for said in ("through the group hub-admins", "duties not confirmed yet"):
        assert said in printed
        assert said in role


@pytest.mark.parametrize("found", [(), (Found("responsibility", "decide-finances"),)])
def test_every_answer_ends_with_everyones_contact(found, render):
    """Whoever isn't helped by an answer reads whom to ask otherwise, and whom to ask at once
    where there is no answer."""
    html = render(CONTACTS, "who pays", found)
    assert "Help desk" in html[html.rindex("<h2") :]
    assert ("Whom to ask otherwise" in html) == bool(found)


def test_a_list_of_contacts_has_everyones_once(render):
    """Without a question there is nothing to ask otherwise."""
    assert "otherwise" not in render(CONTACTS, "", ())


@pytest.mark.parametrize(("admin", "told"), [(True, True), (False, False)])
def test_a_step_in_the_declaration_names_file_and_line(declared, render, admin, told):
    """JupyterHub admins read what to edit, too; others only where to do it on the page."""
    declared = replace(
        declared,
        contacts=(Contact("bare", "Bare"), *declared.contacts),
        source="/srv/hub/r.yaml",
        lines={("contacts", "bare"): 41, ("contacts",): 40},
    )
    html = render(PANEL, viewer=replace(RITA, admin=admin), declaration=declared)
    assert ("or edit /srv/hub/r.yaml, line 41" in text(html)) == told
    assert "contacts?q=operator" in html
