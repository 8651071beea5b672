"""Reading YAML: whatever a file holds, it ends in plain data or in words that help."""

from __future__ import annotations

import re

import pytest

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.declaration.source import read_text
from jupyterhub_responsibility.errors import UnreadableError

from .declarations import ROLES, faults, write

NOT_YAML = {
    "a tab": ("contacts:\n\t- id: desk\n", 7, "there is a tab here"),
    "an open list": ("contacts: [\nlinks: []\n", 6, "a list is not closed"),
    "open braces": ("community: {name: Reef Lab\nlinks: []\n", 6, "keys in braces are not closed"),
    "an open quotation mark": ("title: 'Reef\nlinks: []\n", 6, "a quotation mark is not closed"),
    "an entry in the wrong column": (
        "contacts:\n  - id: desk\n   name: Desk\n",
        8,
        "this line does not fit those above it",
    ),
    "a colon in a text": ("title: Reef: Lab\n", 6, "there is a ':' where none can be"),
    "an at sign": ("title: @reef\n", 6, "text cannot start with this character"),
    "a star": ("title: *reef\n", 6, "text cannot start with '*'"),
    "no colon": ("links\ntitle: Reef\n", 6, "there is no ':' after the key"),
    "a second document": ("---\ntitle: Reef\n", 6, "a second document starts here"),
    "a control character": ("title: \x01\n", 6, "cannot be seen here (U+0001)"),
    "something rarer": ("%TAG\n", 6, "this is not valid YAML: while scanning a directive"),
    "a list": ("", 1, "should be keys with values"),
}


@pytest.mark.parametrize("what", NOT_YAML)
def test_what_is_not_yaml_is_one_fault_in_plain_words(tmp_path, what):
    """A file that cannot be read as YAML has one fault, with its line and no follow-on faults."""
    text, line, message = NOT_YAML[what]
    path = write(tmp_path, ROLES + text if text else "- one\n- two\n")
    (fault,) = faults(path)
    assert (fault.source, fault.line) == (str(path), line)
    assert message in fault.message
    assert fault.fix


KEYS_AND_VALUES = {
    "a key twice": (
        "links: []\nlinks: []\n",
        "links",
        7,
        "'links' is here a second time (first on line 6)",
    ),
    "a key twice, deep inside": (
        "community: {name: One, name: Two}\n",
        "community.name",
        6,
        "'name' is here a second time (first on line 6)",
    ),
    "a list as a key": ("? [one, two]\n: three\n", "", 6, "this cannot be a key"),
    "merging": (
        "community:\n  <<: {name: Reef}\n",
        "community",
        7,
        "keys cannot be merged with '<<'",
    ),
    "a Python object": (
        "title: !!python/object:os.system {}\n",
        "title",
        6,
        "should be text",
    ),
    "a tag": (
        "community: {name: !!int reef}\n",
        "community.name",
        6,
        "'reef' cannot be read as it stands",
    ),
    "a day that no calendar has": (
        "contacts: [{id: desk, name: Desk, review_by: 2027-02-30}]\n",
        "contacts[0].review_by",
        6,
        "'2027-02-30' is not a date",
    ),
    "half a character": ('title: "\\ud800"\n', "title", 6, "characters that cannot be seen"),
    "half a character in a key": ('"\\ud800": 1\n', "", 6, "this cannot be a key"),
}


@pytest.mark.parametrize("what", KEYS_AND_VALUES)
def test_odd_keys_and_values_have_their_line(tmp_path, what):
    """YAML that no declaration needs is refused where it stands."""
    text, path, line, message = KEYS_AND_VALUES[what]
    (fault,) = faults(write(tmp_path, ROLES + text))
    assert (fault.path, fault.line) == (path, line)
    assert message in fault.message
    assert fault.fix


def test_keys_are_text_whatever_they_look_like():
    """`on`, `1` and `null` are keys like any other, and not what YAML makes of them."""
    assert read_text("on: 1\n1: 2\nnull: 3\n").data == {"on": 1, "1": 2, "null": 3}


def test_aliases_save_writing(tmp_path):
    """An anchor may be used again in another place."""
    text = ROLES.replace("[hub-admins]", "&admins [hub-admins]") + (
        "contacts:\n  - {id: a, name: &name Desk, url: https://a.example}\n"
        "  - {id: b, name: *name, url: https://b.example}\n"
    )
    assert [contact.name for contact in load(write(tmp_path, text)).contacts] == ["Desk", "Desk"]


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{this}: &{this} [{','.join([f'*{before}'] * 9)}]\n"
    for before, this in zip("abcdefgh", "bcdefghi", strict=True)
)

BOTTOMLESS = {
    "aliases that multiply": (LAUGHS, "this stands for too much"),
    "the same in a key": (LAUGHS + "? *i\n: x\n", "this stands for too much"),
    "a list that holds itself": ("&a [*a]", "this is nested too deeply"),
    "a list that holds itself ten times": (f"&a [{','.join(['*a'] * 10)}]", "nested too deeply"),
    "a mapping that holds itself": ("&a {roles: *a}", "this is nested too deeply"),
    "20,000 brackets": ("[" * 20_000, "this is nested too deeply"),
    "500 braces": ("{a: " * 500 + "}" * 500, "this is nested too deeply"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", BOTTOMLESS)
def test_a_short_file_cannot_stand_for_an_endless_one(tmp_path, what):
    """Anchors that multiply or contain themselves end at a limit, in one fault."""
    text, message = BOTTOMLESS[what]
    (fault,) = faults(write(tmp_path, text))
    assert message in fault.message


UNREADABLE = {
    "UTF-16": (ROLES.encode("utf-16"), "is not UTF-8 text"),
    "Latin-1": ("title: Münster".encode("latin-1"), "is not UTF-8 text"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00", "is not UTF-8 text"),
    "a long file": (b"x" * 300_001, "is larger than 300,000 bytes"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_text_is_unreadable(tmp_path, what):
    """A file that is no UTF-8 text of a sensible length cannot be read, and says why."""
    content, message = UNREADABLE[what]
    path = tmp_path / "responsibilities.yaml"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=message) as error:
        load(path)
    assert str(path) in str(error.value)


@pytest.mark.timeout(20)
def test_a_huge_file_is_not_read_to_its_end(tmp_path):
    """A file of a terabyte is refused at once, without memory for it."""
    path = tmp_path / "responsibilities.yaml"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(UnreadableError, match="larger than"):
        load(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere.yaml", "No such file"), (".", "Is a directory"), ("a\0b", "null")],
)
def test_what_is_no_file_is_unreadable(tmp_path, name, message):
    """A name that leads to no file is said in one sentence."""
    with pytest.raises(UnreadableError, match=message):
        load(tmp_path / name)


@pytest.mark.parametrize("nothing", [None, [], 5])
def test_what_is_neither_file_nor_keys_is_unreadable(nothing):
    """A value that was looked up and isn't there is said, not stumbled over."""
    with pytest.raises(UnreadableError, match=f"the declaration is {re.escape(repr(nothing))}"):
        load(nothing)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "null\n"])
def test_an_empty_file_only_misses_what_every_hub_needs(tmp_path, text):
    """An empty file is told which groups to name, on its first line, and nothing else."""
    found = faults(write(tmp_path, text))
    assert [(fault.path, fault.line) for fault in found] == [
        ("roles.community-representative.groups", 1),
        ("roles.hub-administrator.groups", 1),
    ]


def test_files_from_windows_are_welcome(tmp_path):
    """A byte order mark and CR LF are no faults."""
    path = tmp_path / "responsibilities.yaml"
    path.write_bytes(("\ufeff" + ROLES.replace("\n", "\r\n")).encode())
    assert load(path).groups["hub-administrator"] == ("hub-admins",)


def test_json_is_yaml(tmp_path):
    """A declaration may be written as JSON."""
    text = '{"roles": {"hub-administrator": {"groups": ["a"]}, "community-representative": {"groups": ["b"]}}}'  # noqa: E501
    assert load(write(tmp_path, text)).mapped_groups == ("b", "a")
