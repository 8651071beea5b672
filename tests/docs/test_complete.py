"""Undocumented fails: whatever people can set, call, grant or build on stands in the docs."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import get_type_hints

import pytest
import yaml

from docs import tables
from jupyterhub_responsibility import cli, enable
from jupyterhub_responsibility.changes import quota
from jupyterhub_responsibility.declaration.entries import DeclarationEntry
from jupyterhub_responsibility.declaration.hubs import HubEntry, HubsEntry
from jupyterhub_responsibility.declaration.shape import typed
from jupyterhub_responsibility.declaration.source import read_text
from jupyterhub_responsibility.domain import access
from jupyterhub_responsibility.domain.messages import MESSAGES, TO, TRANSPORTS
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.enabling.pages import HubPages
from jupyterhub_responsibility.errors import OUTAGES, REFUSALS
from jupyterhub_responsibility.ledger.kinds import DETAILS, EVENTS
from jupyterhub_responsibility.service import limits, pages, transport
from jupyterhub_responsibility.service.handlers import base
from jupyterhub_responsibility.service.metrics import METRICS
from jupyterhub_responsibility.service.pages.frame import Frame
from jupyterhub_responsibility.service.routes import OPERATIONS, ROUTES
from jupyterhub_responsibility.service.settings import Settings

from ..unit.declarations import entry_types, keys_there_are, keys_used
from .reading import PAGES, ROOT, blocks, named, page, rows, section

TEMPLATES = ROOT / "share" / "templates"
STEP = re.compile(r"`([\w/.-]+\.(?:py|html))` \(`([\w.]+)`")
"""A file with what to look for in it."""

CONTEXTS = [Frame, *(get_type_hints(page.make)["return"] for page in pages.PAGES)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_tables_are_up_to_date(path: Path):
    """The tables in the docs say what the code says; `make docs` writes them."""
    assert tables.fresh(path.read_text()) == path.read_text(), "run: make docs"


def test_every_option_of_enable():
    """Each option of `enable` has its row, with the default that it really has."""
    documented = {
        re.sub("`", "", row[0]): re.sub("`", "", row[1])
        for row in rows(section("configuration.md", "Options of `enable`"))
    }
    options = {
        name: repr(parameter.default).replace("'", '"')
        for name, parameter in inspect.signature(enable).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    assert documented == options


def test_every_setting():
    """Each setting of the service has its row."""
    text = section("configuration.md", "Settings of the service")
    assert named(text) == set(Settings.class_traits(config=True))


def test_every_alias_of_the_service():
    """Each short option of `serve` is mentioned."""
    from jupyterhub_responsibility.service.app import ResponsibilityService as Service

    text = section("configuration.md", "Settings of the service")
    for option in (*Service.aliases, *Service.flags):
        assert f"`--{option}`" in text


def test_every_key_has_its_table_row():
    """Each part of the declaration has its table of keys."""
    marks = set(re.findall(r"<!-- table: keys (\w+) -->", page("declaration.md")))
    assert marks == {entry.__name__ for entry in entry_types()}


def test_every_key_has_an_example():
    """Each key of the declaration is used in an example beside its table."""
    examples = [yaml.safe_load(b.text) for b in blocks("yaml") if b.page == "declaration.md"]
    used = {key for example in examples for key in keys_used(DeclarationEntry, example)}
    assert used == keys_there_are()


def test_every_scope():
    """Each scope that is granted, and each dangerous one, has its row with the reason."""
    granted = {scope for scopes in access.ROLE_SCOPES.values() for scope in scopes}
    text = page("permissions.md")
    assert granted | set(access.DANGEROUS_SCOPES) <= named(text)
    for role in access.ROLE_SCOPES:
        assert f"<!-- table: role_scopes {role} -->" in text
        assert f"<!-- table: role_scopes {role} -->" in PAGES[0].read_text()


def test_every_way_to_manage_users():
    """Each value of `user_management` has its row."""
    text = section("permissions.md", "Who adds users")
    assert {name.strip('"') for name in named(text)} == set(access.USER_MANAGEMENT)


def test_every_route():
    """Each address has its row, and each method of the API its heading."""
    text = page("pages-and-api.md")
    assert {f"/{route.path}" for route in ROUTES} <= named(text)
    headings = re.findall(r"^### ([A-Z]+) (\S+?)(?:\?.*)?$", text, re.M)
    found = {(how, path.replace("community-representative", "<role>")) for how, path in headings}
    assert found == {(how, path) for path, methods in OPERATIONS.items() for how in methods}


def test_every_code_of_a_refusal():
    """Each code that programs may get has its row, with its status."""
    table = section("pages-and-api.md", "Errors").split("| code |")[1]
    documented = {row[0].strip("`"): row[1] for row in rows("| code |" + table)}
    refused = {code: str(status) for code, status in base.REFUSED.items()}
    assert documented == refused | dict.fromkeys(OUTAGES, "503")
    assert set(base.REFUSED) == set(REFUSALS)
    assert set(base.ERROR_TITLES) == set(OUTAGES)


def test_every_limit():
    """The limits on what one person may send are said as they are."""
    text = section("pages-and-api.md", "Changing something")
    assert f"At most {limits.MAX_WRITES} changes a minute" in text
    assert f"{limits.MAX_LOOK_UPS} look-ups" in text
    assert f"{limits.MAX_BYTES // 1024} KiB" in text
    assert f"{limits.MAX_NAMES} names" in text
    assert f"at most {limits.MAX_NAMES} at once" in section("acting.md", "Adding people")
    assert limits.WINDOW_SECONDS == 60
    for words in (text, section("acting.md", "Requests"), section("ledger.md", "What is in it")):
        assert f"{quota.MOST_A_DAY} " in words
    assert f"{quota.MOST_OPEN} open requests" in text
    assert f"{quota.MOST_OPEN} open requests" in section("acting.md", "Requests")


def test_every_rule_and_event():
    """The rules are explained to those who act, and the kinds of entries to those who read them."""
    assert "<!-- table: rules -->" in page("acting.md")
    assert "<!-- table: events -->" in page("ledger.md")
    assert "<!-- table: log_kinds -->" in section("ledger.md", "Reading it")
    assert named(section("ledger.md", "What is in it")) == {*EVENTS, *DETAILS}


def test_every_kind_of_message():
    """Each has its row, and whom it may go to is explained."""
    text = section("messages.md", "What there is to tell")
    assert named(text) >= set(MESSAGES)
    assert all(f"- `{to}`" in text for to in TO)
    assert "<!-- table: messages -->" in text
    for each in (transport.HEADER, transport.VARIABLE, *TRANSPORTS):
        assert f"`{each}`" in page("messages.md")


def test_every_metric_and_alert():
    """Each metric has its row with its labels, and each alert has its own."""
    table = rows(section("metrics.md", "What there is"))
    documented = {row[0].strip("`"): tuple(re.findall(r"`(\w+)`", row[2])) for row in table}
    assert documented == {metric.name: metric.labels for metric in METRICS}
    assert "<!-- table: alerts -->" in section("metrics.md", "Alerts")


def test_every_template():
    """Each template that ships has its row, and nothing else has."""
    documented = {name for name in named(page("templates.md")) if name.endswith(".html")}
    assert documented == {path.name for path in TEMPLATES.iterdir()}


def test_every_block():
    """Each block that our frame adds to the hub's page has its row."""
    frame = (TEMPLATES / "responsibility-page.html").read_text()
    of_the_hub = {"title", "stylesheet", "main", "script"}
    ours = set(re.findall(r"{% block (\w+) %}", frame)) - of_the_hub
    assert named(section("templates.md", "Our pages")) >= ours
    table = section("templates.md", "Our pages").split("| block |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.M)) == ours


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.__name__)
def test_every_field_of_a_page(context):
    """Each field that a template may use has its row, and nothing else has."""
    prefix = "frame" if context is Frame else "page"
    fields = {f"{prefix}.{field.name}" for field in dataclasses.fields(context)}
    assert named(section("templates.md", context.__name__)) == fields


def test_every_field_of_the_variable(declared):
    """Each field of `responsibility`, the variable of the hub's own pages, has its row."""
    variable = HubPages(declared, "responsibilities", Rules(declared))(None)
    fields = {f"responsibility.{name}" for name in dir(variable) if not name.startswith("_")}
    assert named(section("templates.md", "The variable `responsibility`")) == fields


def test_every_command(capsys):
    """Each command of the command line has its row."""
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    commands = set(re.findall(r"^ {4}([\w-]+)  ", capsys.readouterr().out, re.M))
    assert {"check", "ledger", "fleet"} <= commands
    for above in ("ledger", "fleet"):
        with pytest.raises(SystemExit):
            cli.main([above, "--help"])
        below = re.findall(r"^ {4}(\w+)(?:  |$)", capsys.readouterr().out, re.M)
        commands = commands - {above} | {f"{above} {command}" for command in below}
    assert named(section("declaration.md", "On the command line")) == commands


@pytest.mark.parametrize("command", ["holders", "offboard"])
def test_every_option_for_several_hubs(capsys, command):
    """Each option of what asks several hubs is explained where they are."""
    with pytest.raises(SystemExit):
        cli.main(["fleet", command, "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    text = section("several-hubs.md", "Asking many hubs at once")
    assert options
    assert all(re.search(rf"`[^`\n]*{option}\b", text) for option in options)


def test_every_key_of_the_list_of_hubs():
    """The list of hubs has its table of keys, and an example that is read as it stands."""
    text = section("several-hubs.md", "The list of hubs")
    assert named(text) == set(HubEntry.model_fields)
    (example,) = (b for b in blocks("yaml") if b.heading == "The list of hubs")
    source = read_text(example.text)
    typed(source, HubsEntry)
    assert source.faults == []
    assert {key for hub in yaml.safe_load(example.text)["hubs"] for key in hub} == named(text)


def test_every_module():
    """Each file of the package is in the table that says which file does what."""
    package = ROOT / "jupyterhub_responsibility"
    documented = named(section("developing.md", "Which file does what"))
    for path in package.rglob("*.py"):
        if path.name.startswith("_"):
            continue
        name = path.relative_to(package)
        folders = {f"{folder}/" for folder in name.parents}
        assert str(name) in documented or folders & documented, name
    for name in documented:
        if name.endswith((".py", "/")):
            assert (package / name).exists(), name


def ways() -> dict[str, list[tuple[str, str]]]:
    """Of each thing to follow, the files to open, each with what to look for."""
    text = section("developing.md", "The way through the code")
    table = rows(text.split("These do the same")[0])
    return {row[0].partition(":")[0]: STEP.findall(row[1]) for row in table}


def test_every_way_through_the_code():
    """Each way is short, and each file that it names has what it says, as has what all share."""
    text = section("developing.md", "The way through the code")
    steps = [each for way in ways().values() for each in way]
    shared = STEP.findall(text.split("These do the same")[1])
    for name, symbol in (*steps, *shared):
        root = ROOT if name.startswith("share/") else ROOT / "jupyterhub_responsibility"
        there = (root / name).read_text()
        assert re.search(rf"\b{re.escape(symbol)}\b", there), f"{symbol} is not in {name}"
    assert not {name for name, _ in steps} & {name for name, _ in shared}
    assert {thing: len(way) for thing, way in ways().items()} == {
        "a page": 6,
        "a change": 7,
        "a gap": 5,
    }
    assert len(STEP.findall(text)) == text.count(".py`") + text.count(".html`")


def test_the_way_of_a_page_is_its_own():
    """Handler, row and function of the page that is followed are in the files that are named."""
    (route,) = (each for each in ROUTES if each.page is pages.PANEL)
    named_files = {name for name, _ in ways()["a page"]}
    package = ROOT / "jupyterhub_responsibility"
    for part in (route.handler, pages.PANEL.make):
        path = Path(inspect.getfile(part)).relative_to(package)
        assert str(path) in named_files
    assert f"share/templates/responsibility-{pages.PANEL.name}.html" in named_files


def test_every_make_target():
    """Each target of the Makefile that the docs name is there, and `make test` is in the README."""
    makefile = (ROOT / "Makefile").read_text()
    assert "make test" in PAGES[0].read_text()
    for text in (path.read_text() for path in PAGES):
        for target in re.findall(r"`?make ([a-z]+)\b`", text):
            assert re.search(rf"^{target}:", makefile, re.M), target
