"""Whatever stands in a declaration: it has faults that say where, or all can be made from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from jupyterhub_responsibility.changes.keeping import all_standing
from jupyterhub_responsibility.cli.files import STARTER
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.declaration import dump, load, look_over
from jupyterhub_responsibility.declaration.keeper import InForce
from jupyterhub_responsibility.declaration.warnings import PLACEHOLDERS
from jupyterhub_responsibility.domain.access import service_scopes
from jupyterhub_responsibility.domain.channels import Reach
from jupyterhub_responsibility.domain.finder import Finder
from jupyterhub_responsibility.domain.kept import THING_KINDS
from jupyterhub_responsibility.domain.model import Declaration, Roster, Viewer
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.enabling.pages import HubPages
from jupyterhub_responsibility.errors import DeclarationError, Fault, UnreadableError
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service import payloads
from jupyterhub_responsibility.service.downloads import DOWNLOADS, MY_CALENDAR, FileSource
from jupyterhub_responsibility.service.metrics import Measured, Metrics
from jupyterhub_responsibility.service.pages import (
    CONTACTS,
    DATA,
    ERROR,
    KEEP_ONE,
    LEDGER,
    PAGES,
    PRINT,
    REACH,
    ROLE,
)
from jupyterhub_responsibility.service.pages.frame import Frame
from jupyterhub_responsibility.service.templating import HubUser

from ..horrors import ADDRESSES, NAMES
from .declarations import MINIMAL, WHOLE
from .test_pages import TEMPLATES

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
ORIGIN = "https://hub.example"

VALID: tuple[dict[str, Any], ...] = (
    MINIMAL,
    WHOLE,
    yaml.safe_load((ROOT / "responsibilities.yaml").read_text()),
    yaml.safe_load(STARTER.format(schema="schema", file="file", **PLACEHOLDERS)),
)
"""What the mutations start from: the smallest, one with every key, the demo's, the starter's."""

PRINTABLE = tuple(text for text in NAMES + ADDRESSES if text.strip() and text.isprintable())
TEXTS = st.one_of(st.sampled_from(NAMES + ADDRESSES), st.text(max_size=20))
SCALARS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-2, 130),
    st.sampled_from([10**400, -(10**400), 2**63, -0.0, 2.0, 1e308, float("inf"), float("nan")]),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, timezone.utc, timezone(timedelta(hours=23))])),
    st.binary(max_size=4),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(TEXTS, st.integers(), st.none()), inner, max_size=3),
    ),
    max_leaves=6,
)


def nested(depth: int) -> list[Any]:
    """Brackets in brackets."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a declaration."""
    yield at
    inner = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else inner:
        yield from places(item, (*at, key))


def in_kind(value: Any) -> st.SearchStrategy[Any]:
    """Other values of the same kind, which may be right as well."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int):
        return st.integers(0, 9)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return st.lists(st.sampled_from([*value, *PRINTABLE]), max_size=4)
    return st.sampled_from(PRINTABLE) if isinstance(value, str) else VALUES


@st.composite
def mutated(draw: Any) -> dict[str, Any]:
    """A valid declaration in which something is otherwise, or several things are."""
    declared: dict[str, Any] = deepcopy(draw(st.sampled_from(VALID)))
    gently = draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        there = [at for at in places(declared) if at]
        if there:
            change(draw, declared, draw(st.sampled_from(there)), gently)
    return declared


def change(draw: Any, declared: Any, at: tuple[Any, ...], gently: bool) -> None:
    """Replace, rename, add, repeat or take away what is at a place."""
    declared = value_at(declared, at[:-1])
    value = declared[at[-1]]
    how = draw(st.sampled_from(["replace", "another", "rename", "repeat", "remove"]))
    if gently:
        declared[at[-1]] = draw(in_kind(value))
    elif how == "replace":
        declared[at[-1]] = draw(VALUES)
    elif how == "another" and isinstance(value, dict):
        value[draw(TEXTS)] = draw(VALUES)
    elif how == "rename" and isinstance(declared, dict):
        declared[draw(TEXTS)] = declared.pop(at[-1])
    elif how == "repeat" and isinstance(declared, list):
        declared.append(deepcopy(value))
    else:
        del declared[at[-1]]


def value_at(value: Any, at: tuple[Any, ...]) -> Any:
    """What is at a place."""
    for step in at:
        value = value[step]
    return value


# -- what comes of it


def outcome(declared: Any) -> Declaration | tuple[Fault, ...]:
    """The declaration, or its faults: each says where, and all of it can be shown."""
    try:
        faults, warnings = look_over(declared)
        shown(*faults, *warnings)
        said = load(declared, None if isinstance(declared, Path) else NOW)
    except DeclarationError as error:
        str(error).encode("utf-8")
        return shown(*error.faults)
    assert faults == ()
    return said


def shown(*faults: Fault) -> tuple[Fault, ...]:
    """Faults, each of which has words, and can be printed anywhere."""
    for fault in faults:
        assert fault.message
        text = str(fault)
        assert text.encode("utf-8")
        assert "\x1b" not in text
        assert len(text) < 3000
    return faults


VIEWERS = (
    Viewer("root", admin=True),
    Viewer("rita", groups=frozenset({"hub-admins", "community-reps", "readers"})),
    Viewer("\u202e<b>{}", kind="service"),
)
QUESTIONS = ("", "memory", "rita", *(name for name in NAMES[:25] if name.isprintable()))


def snapshot_of(declared: Declaration) -> Snapshot:
    """A hub on which somebody is in every group, and which had time to notice."""
    members = dict.fromkeys(declared.mapped_groups, ("rita", "\u202e<b>{}%s"))
    return Snapshot(declared, Roster(NOW, members, version=1), LedgerState(), NOW)


def make_all(declared: Declaration) -> None:
    """Every page, file, answer and figure that there can be of a declaration."""
    snapshot = snapshot_of(declared)
    for viewer in VIEWERS:
        pages(snapshot, viewer)
        answers(snapshot, viewer)
    on_the_hub(snapshot)
    for each in (*DOWNLOADS, MY_CALENDAR):
        source = FileSource(snapshot, VIEWERS[1], (), ORIGIN, "/services/x/", NOW)
        each.write(source).encode("utf-8")
    measured = Measured(snapshot, snapshot.coverage, 1, 0, 0.1, 0, 0, InForce(declared))
    assert Metrics(lambda: measured).text("")
    assert service_scopes(declared, "service", authenticator_groups=False) is not None


def pages(snapshot: Snapshot, viewer: Viewer) -> None:
    """Every page, about everything that it can be about."""
    finder = Finder(snapshot.declaration)
    holders = snapshot.holders_by_role
    asked: dict[str, list[tuple[Any, ...]]] = {
        PRINT.name: [(ORIGIN, NOW)],
        ROLE.name: [(role,) for role in snapshot.declaration.model.roles],
        LEDGER.name: [((), {}, False)],
        DATA.name: [((), False)],
        REACH.name: [(Reach(viewer.name, "", {}),)],
        KEEP_ONE.name: [
            *((kind, None) for kind in THING_KINDS),
            *((each.kind, each) for each in all_standing(snapshot.laid)),
        ],
        CONTACTS.name: [(q, finder.find(q, holders)) for q in QUESTIONS[:: len(QUESTIONS) // 3]],
        ERROR.name: [(404, "Not found", "It is not there.", "", ())],
    }
    for page in PAGES:
        for about in asked.get(page.name, [()]):
            said = page.make(snapshot, viewer, *about)
            declared = snapshot.declaration
            parties = {"community": declared.community, "provider": declared.provider}
            frame = Frame(page.title_of(said), page.name, "/", "/hub/", as_of=NOW, **parties)
            variables = {"frame": frame, "page": said, "user": HubUser(viewer, NOBODY_NAMED)}
            html = TEMPLATES.render(f"responsibility-{page.name}.html", variables)
            html.encode("utf-8")
            assert "<script>alert" not in html
            assert 'href="javascript:' not in html.lower()
    assert not TEMPLATES.trouble


def answers(snapshot: Snapshot, viewer: Viewer) -> None:
    """Everything that the API answers, as JSON."""
    finder = Finder(snapshot.declaration)
    said: list[object] = [
        answer(snapshot, viewer)
        for answer in (payloads.me, payloads.model, payloads.roles, payloads.coverage)
    ]
    said += [payloads.requests(snapshot, viewer)]
    said += [payloads.role(snapshot, viewer, role) for role in snapshot.declaration.model.roles]
    said += [payloads.contacts(snapshot, viewer, finder, question) for question in QUESTIONS]
    assert json.dumps(said, allow_nan=False).encode()


def on_the_hub(snapshot: Snapshot) -> None:
    """What the hub's own pages show, and what they are handed over with."""
    declared = snapshot.declaration
    hub_pages = HubPages(declared, "responsibilities", snapshot.rules)
    groups = [SimpleNamespace(name=group) for group in declared.mapped_groups]
    page = hub_pages(SimpleNamespace(name="rita", admin=True, groups=groups))
    assert all(own.role.title for own in page.roles)
    assert page.changes is not None
    environment = TEMPLATES._environment
    for name in ("home", "admin", "public"):
        template = environment.get_template(f"responsibility-{name}.html")
        html = template.render(responsibility=page, services=[], parsed_scopes={}, base_url="/hub/")
        html.encode("utf-8")
    again = load(json.loads(json.dumps(dump(declared))), declared.as_of)
    assert dump(again) == dump(declared)


@given(mutated())
@example({})
@example({print: 1})
@example({"\ud800": {}, 7: 1, None: 2, (1, 2): 3})
def test_a_declaration_in_the_configuration(declared):
    """As Python's own values: numbers for keys, bytes and moments come so."""
    said = outcome(declared)
    if isinstance(said, Declaration):
        make_all(said)


@pytest.mark.parametrize("depth", [10, 900, 3000])
@pytest.mark.parametrize("key", ["roles", "contacts", "title", "nonsense"])
def test_brackets_in_brackets(key, depth):
    """A declaration that is deeper than anything needs to be has faults like any other."""
    assert isinstance(outcome({key: nested(depth)}), tuple)


@given(mutated())
def test_a_file(declared):
    """As a file of YAML, in which every fault has its line."""
    try:
        text = yaml.safe_dump(declared, allow_unicode=True, sort_keys=False)
        raw = text.encode("utf-8")
    except (yaml.YAMLError, UnicodeEncodeError):  # what no file of YAML can hold
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "responsibilities.yaml")
        path.write_bytes(raw)
        said = outcome(path)
    if isinstance(said, Declaration):
        make_all(said)
    else:
        assert all(fault.line for fault in said)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
@example(b"roles: &a [*a]")
@example(b"a: &a [1]\nb: [*a, *a]")
@example(b"? [a]\n: b")
@example(b"? {a: b}\n: c")
@example(b"\xff\xfe")
@example(b"%YAML 9.9\n---\na")
@example(b"!!binary 'x'")
@example(b"a: !!int x")
@example(b"a: 0o9\nb: 0x\nc: 1_000\nd: 190:20:30\ne: .inf")
@example(b"[" * 3000)
def test_any_bytes(raw):
    """What isn't even YAML is said to be none."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "responsibilities.yaml")
        path.write_bytes(raw)
        with suppress(UnreadableError):  # it is no text
            said = outcome(path)
            if isinstance(said, Declaration):
                make_all(said)


@pytest.mark.parametrize("valid", VALID, ids=["smallest", "whole", "demo", "starter"])
def test_what_is_mutated_is_valid(valid):
    """Or the mutations would never come as far as the pages."""
    said = outcome(valid)
    assert isinstance(said, Declaration)
    make_all(said)


@pytest.mark.parametrize("text", NAMES + ADDRESSES, ids=range(len(NAMES + ADDRESSES)))
def test_each_horror_in_each_place(text):
    """Wherever text can stand, on its own, and wherever it is taken, in all of these at once."""
    texts = [at for at in places(WHOLE) if isinstance(value_at(WHOLE, at), str)]
    taken = [at for at in texts if is_taken(with_text(WHOLE, text, at))]
    said = outcome(with_text(WHOLE, text, *taken))
    if isinstance(said, Declaration):
        make_all(said)


def is_taken(declared: dict[str, Any]) -> bool:
    """Whether a declaration has no faults."""
    faults, warnings = look_over(declared)
    shown(*faults, *warnings)
    return not faults


def with_text(valid: dict[str, Any], text: str, *at: tuple[Any, ...]) -> dict[str, Any]:
    """A declaration with the same text in several places."""
    declared = deepcopy(valid)
    for place in at:
        value_at(declared, place[:-1])[place[-1]] = text
    return declared
