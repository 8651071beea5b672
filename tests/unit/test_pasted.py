"""What people paste to add others: the names in it, and which of them look wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.domain.pasted import (
    LONG,
    LONGEST,
    Habits,
    Line,
    are_addresses,
    read,
)

NAMES = Habits(addresses=False, small_letters=True)
ADDRESSES = Habits(addresses=True, small_letters=True)

ADA, GEORGE = "ada@x.example", "byron@x.example"


def sure(text: str, habits: Habits = NAMES, **how: bool) -> list[str]:
    """The names that are ticked."""
    return [line.name for line in read(text, habits, **how) if not line.doubts]


def unsure(text: str, habits: Habits = NAMES, **how: bool) -> list[str]:
    """The names that take a yes."""
    return [line.name for line in read(text, habits, **how) if line.doubts]


LISTS = {
    "one a line": "lia\nmo",
    "commas": "lia, mo",
    "semicolons": "lia; mo",
    "both": "lia; mo, uwe",
    "tabs": "lia\tmo",
    "a trailing comma": "lia, mo,",
    "separators around nothing": ",; lia,, ;\t mo ;",
    "Windows line ends": "lia\r\n\r\nmo\r\n",
    "old Mac line ends": "lia\rmo",
    "a line separator": "lia\u2028mo",
    "double quotes": '"lia", "mo"',
    "single quotes": "'lia'\n'mo'",
    "typographic quotes": "“lia”, „mo“",
    "guillemets": "«lia»\n« mo »",
    "quotes in quotes": "\"'lia'\", mo",
    "backquotes": "`lia` , `mo`",
    "bullets": "- lia\n• mo",
    "a to-do list": "[ ] lia\n[x] mo",
    "stars": "* lia\n* mo",
    "numbers": "1. lia\n2) mo",
    "numbers as a word processor has them": "1.\tlia\n2.\tmo",
    "numbers in brackets": "(1) lia\n(12) mo",
    "a quoted mail": "> lia\n> mo",
    "no-break spaces": "\u00a0lia\u00a0\nmo\u202f",
    "what has no width": "\ufefflia\u200b, m\u2060o",
    "a bell": "li\x07a, mo",
    "a soft hyphen": "li\u00ada, mo",
    "another direction": "\u202elia\u202c, mo",
    "capital letters": "Lia\nMO",
    "a comma in front": ",lia\n,mo",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_list_of_any_kind(text):
    """Names between line ends, commas, semicolons or tabs are names, without what is around."""
    assert sure(text)[:2] == ["lia", "mo"]
    assert unsure(text) == []


@pytest.mark.parametrize("text", ["", " ", "\n\t \n", ",;", "- \n•", '""', "<>", "…", "\ufeff"])
def test_nothing_in_it(text):
    """Where there is no letter and no digit, there is no name."""
    assert read(text, NAMES) == ()


ADDRESS_LISTS = {
    "a mail's": f'Ada Lovelace <{ADA}>; "Byron, George" <{GEORGE}>',
    "with commas": f'"Lovelace, Ada" <{ADA}>, George <{GEORGE}>',
    "bare brackets": f"<{ADA}>,<{GEORGE}>",
    "links": f"mailto:{ADA}\nMailto:{GEORGE}",
    "linked brackets": f"Ada <mailto:{ADA}>\nGeorge <mailto:{GEORGE}>",
    "parentheses": f"Ada Lovelace ({ADA})\nGeorge Byron ({GEORGE})",
    "plain": f"{ADA.upper()} {chr(10)}{GEORGE}",
    "a spreadsheet's": f"Ada\tLovelace\t{ADA}\nGeorge\tByron\t{GEORGE}",
    "CSV": f'"Lovelace, Ada","{ADA}"\n"Byron, George","{GEORGE}"',
    "a European CSV": f"Lovelace, Ada;{ADA}\nByron, George;{GEORGE}",
    "numbered rows": f"1\t{ADA}\n2\t{GEORGE}",
}


@pytest.mark.parametrize("text", ADDRESS_LISTS.values(), ids=ADDRESS_LISTS)
def test_addresses_where_names_are_addresses(text):
    """The address is the name, whatever the person is called beside it."""
    assert sure(text, ADDRESSES) == [ADA, GEORGE]
    assert unsure(text, ADDRESSES) == []


@pytest.mark.parametrize("text", ADDRESS_LISTS.values(), ids=ADDRESS_LISTS)
def test_addresses_where_names_are_none(text):
    """The same addresses take a yes where nobody logs in with one, and so does all beside them."""
    assert sure(text) == []
    assert unsure(text)[-2:] == [ADA, GEORGE]
    assert sure(text, before_at=True) == ["ada", "byron"]


HEADED = {
    "name first": ("Name\tE-mail\tUsername\nAda Lovelace\tada@x.example\tada\nMo\tm@x.example\tmo"),
    "username first": "username\temail\tname\nada\tada@x.example\tAda\nmo\tm@x.example\tMo",
    "CSV": 'Full name,Login,E-Mail\n"Lovelace, Ada",ada,ada@x.example\nMo,mo,m@x.example',
    "semicolons": "Benutzername;E-Mail\nada;ada@x.example\nmo;m@x.example",
    "quoted": '"Nombre","Usuario"\n"Ada","ada"\n"Mo","mo"',
    "a blank row": "User\tGroup\n\t\nada\tadmins\n\nmo\tadmins",
    "a column that is nothing to us": "User name\tORCID iD\tGroup\nada\t0000-0001\tadmins\nmo\t\t",
    "only names": "name,role\nada,admin\nmo,user",
    "numbered": "No,Username\n1,ada\n2,mo",
}


@pytest.mark.parametrize("text", HEADED.values(), ids=HEADED)
def test_a_table_with_a_heading(text):
    """Its heading says which column has the usernames; no other column makes anybody."""
    heading, *_ = lines = read(text, NAMES)
    assert [line.name for line in lines if not line.doubts] == ["ada", "mo"]
    assert [line for line in lines if line.doubts] == [heading]
    assert "looks like the heading of a column" in heading.doubts


@pytest.mark.parametrize("first", ["Username\tE-mail", "E-mail\tUsername"])
def test_where_names_are_addresses_their_column_comes_first(first):
    """Of a column of usernames and one of addresses, that counts which is like the names here."""
    row = f"ada\t{ADA}" if first.startswith("U") else f"{ADA}\tada"
    assert sure(f"{first}\n{row}", ADDRESSES) == [ADA]
    assert sure(f"{first}\n{row}") == ["ada"]


def test_a_table_of_people_makes_nobody():
    """First names and last names are no usernames, whatever stands in other columns."""
    assert sure("First name\tLast name\tGroup\nAda\tLovelace\tadmins") == []
    assert sure("Full name,Team\nada,admins\nmo,admins") == []


def test_a_row_without_a_name_is_shown():
    """Nothing in the column of names: the row is there, and can't be added."""
    lines = read("Name\tUsername\nAda\tada\nGeorge Byron\nMo\t-\tx", NAMES)[2:]
    assert [(line.text, line.name, line.possible) for line in lines] == [
        ("George Byron", "", False),
        ("Mo · - · x", "", False),
    ]
    assert {line.doubts for line in lines} == {("has nothing in the column of names",)}


UNHEADED = {
    "with full names": "Ada Lovelace\tada\nGeorge Byron\tbyron",
    "with addresses": f"ada,{ADA}\nbyron,{GEORGE}",
    "with numbers": "1\tada\n2\tbyron",
    "with all": f"1\tAda Lovelace\t{ADA}\tada\n2\tGeorge Byron\t{GEORGE}\tbyron",
    "with first names": "Ada;ada\nGeorge;byron",
    "with full names in small letters": "ada lovelace\tada\ngeorge byron\tbyron",
}


@pytest.mark.parametrize("text", UNHEADED.values(), ids=UNHEADED)
def test_a_table_without_a_heading(text):
    """Where only one column can be the usernames, it is."""
    assert sure(text) == ["ada", "byron"]
    assert unsure(text) == []


AMBIGUOUS = {
    "usernames and groups": "ada\tAda Lovelace\tadmins\nmo\tMo Smith\tadmins",
    "the same as CSV": "ada,Ada Lovelace,admins\nmo,Mo Smith,admins",
    "two columns": "ada\tadmins\nmo\tadmins",
    "rows of several lengths": "ada\tadmins\nmo\tadmins\tusers",
    "last names first": "Lovelace, Ada\nByron, George",
    "last names first, with semicolons": "Lovelace, Ada; Byron, George",
    "first and last names": "Ada\tLovelace\nGeorge\tByron",
    "a name beside an address": "Byron, George <byron@x.example>; Lovelace, Ada <ada@x.example>",
    "one of each": "ada, ada@x.example",
    "a name beside a full one": "ada, Ada Lovelace",
}


@pytest.mark.parametrize("text", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_where_it_could_be_anything(text):
    """Nobody is ticked where several columns may be usernames, or parts one person's name."""
    assert sure(text) == []
    assert len(unsure(text)) > 1


def test_addresses_count_among_names_where_people_log_in_with_theirs():
    """What is beside them takes a yes, and nobody is left out."""
    text = f"Byron, George <{GEORGE}>; {ADA}"
    assert sure(text, ADDRESSES) == [GEORGE, ADA]
    assert unsure(text, ADDRESSES) == ["byron"]
    assert unsure("ada\tAda Lovelace\nmo\tMo Li", ADDRESSES) == [
        "ada",
        "ada lovelace",
        "mo",
        "mo li",
    ]


@pytest.mark.parametrize(
    ("text", "habits", "names"),
    [
        (f"Name,E-mail\nAda,{ADA}", NAMES, ["e-mail", ADA]),
        ("Username,Team\nada,admins", ADDRESSES, ["username", "ada"]),
        ("Role,Group\nada,mo", NAMES, ["role", "group", "ada", "mo"]),
        ("user,lia\nada,mo", NAMES, ["user", "lia", "ada", "mo"]),
    ],
)
def test_which_column_of_a_heading(text, habits, names):
    """The next best one, where the best is missing; none, where nothing is a column of names."""
    assert [line.name for line in read(text, habits)] == names


WHY = {
    "ada, Ada Lovelace": "stands next to a name or address that may be the same person’s",
    "ada\tadmins\nmo\tadmins": "stands in one of several columns",
    "Lovelace, Ada": "looks like a part of one person’s name",
    "First name\tGroup\nAda\tadmins": "is the name of a person, not one to log in with",
}


@pytest.mark.parametrize("text", WHY)
def test_why_it_could_be_anything(text):
    """The reason is what is around a name."""
    assert {WHY[text]} in [{*line.doubts} for line in read(text, NAMES)]


def test_several_columns_of_usernames_are_a_list():
    """Commas and line ends may be mixed."""
    assert sure("lia, mo\nuwe, ada") == ["lia", "mo", "uwe", "ada"]
    assert sure("Lia, Mo, Uwe") == ["lia", "mo", "uwe"]


DOUBTS = {
    "name": "looks like the heading of a column",
    "E-Mail": "looks like the heading of a column",
    "Ada Lovelace": "has a space in it, as full names do",
    "ada is new": "has a space in it, as full names do",
    "please add these people": "looks like a sentence",
    "a" * (LONG + 1): "is very long",
    "a" * LONGEST: "is very long",
    "a" * (LONGEST + 1): "is longer than the 255 characters that a username can have",
    ADA: "is a mail address, and usernames on this hub are not",
    "@ada": "has an @, but is not a mail address",
    "ada@x": "has an @, but is not a mail address",
    "ada@@x.example": "has an @, but is not a mail address",
    "a/b": "has characters that usernames seldom have: /",
    "=1+1": "has characters that usernames seldom have: =",
    "a:b#b:": "has characters that usernames seldom have: :#",
    "carol.": "has characters that usernames seldom have: .",
    "-ada": "has characters that usernames seldom have: -",
}


@pytest.mark.parametrize("name", DOUBTS)
def test_what_looks_wrong(name):
    """Each name says why nobody is added for it without a yes."""
    (line,) = read(name, NAMES)
    assert line.name == name.lower()
    assert DOUBTS[name] in line.doubts
    assert line.possible == (len(name) <= LONGEST)


@pytest.mark.parametrize(
    "name",
    ["ada", "a", "ada-1", "a.lovelace", "ada_l", "google-oauth2|1004", "o'brien", "ümläut", "山田",
     "1815001", "a" * LONG, "ada+test", "c~d"],
)  # fmt: skip
def test_what_looks_right(name):
    """Names as hubs have them, opaque ones included, need no yes."""
    assert read(name, NAMES) == (Line(name, name, name=name),)


@pytest.mark.parametrize("name", [ADA, f"{'a' * LONG}@x.example", "o'b+x@mail.x.example"])
def test_an_address_looks_right_where_names_are(name):
    """And what is none takes a yes there."""
    assert sure(name, ADDRESSES) == [name]
    assert read("ada", ADDRESSES)[0].doubts == (
        "is not a mail address, as usernames on this hub are",
    )


def test_a_full_name_has_one_doubt():
    """A space alone is said once."""
    (line,) = read("Ada\u00a0Lovelace", NAMES)
    assert line.doubts == ("has a space in it, as full names do",)


def test_small_letters_only_where_the_hub_writes_them():
    """Where it isn't known to, a name stays as it is."""
    assert sure("Ada", Habits(small_letters=False)) == ["Ada"]


def test_a_name_that_comes_again():
    """It is listed once, with how often it is there; one certain line is enough."""
    assert read("ada\nmo\nAda", NAMES) == (
        Line("ada", "ada", name="ada", times=2),
        Line("mo", "mo", name="mo"),
    )
    assert sure("Lovelace, Ada\nada") == ["ada"]
    assert sure("ada\nLovelace, Ada") == ["ada"]
    (line,) = read("name\nName", NAMES)
    assert (line.times, len(line.doubts)) == (2, 1)


def test_two_people_don_t_become_one():
    """Addresses that begin alike take a yes where only their beginning counts."""
    (line,) = read("ada@x.example, ada@y.example", NAMES, before_at=True)
    assert (line.name, line.doubts) == ("ada", ("is what several addresses begin with",))
    assert sure("ada@x.example, ADA@x.example", before_at=True) == ["ada"]
    assert sure("ada@x", before_at=True) == []


def test_the_text_is_what_was_pasted():
    """Each name is beside what it was read from."""
    lines = read(f'1. "Ada  Lovelace"  <{ADA}>; mo, uwe', ADDRESSES)
    assert [line.text for line in lines] == [f'"Ada Lovelace" <{ADA}>', "mo, uwe", "mo, uwe"]
    (_, row) = read('Name\t\tUsername\n"Ada"\t\tada', NAMES)
    assert row.text == "Ada · ada"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], False),
        (["ada"], False),
        ([ADA], True),
        (["ada", ADA], False),
        (["ada", ADA, GEORGE], True),
    ],
)
def test_what_most_names_are(names, said):
    """More than half of them decide."""
    assert are_addresses(names) is said


@given(st.text(max_size=300), st.booleans(), st.booleans())
def test_anything_can_be_pasted(text, addresses, before_at):
    """Whatever it is, each name is there once, and none has what nobody sees at its ends."""
    lines = read(text, Habits(addresses), before_at)
    names = [line.name for line in lines if line.name]
    assert len(names) == len(set(names))
    assert all(name == name.strip() for name in names)
    assert all(line.doubts for line in lines if not line.possible)


@pytest.mark.parametrize(
    "text",
    ['"' * 65_535, "<" * 65_536, '"a' * 20_000, "a," * 30_000 + '"', "@" * 65_536, "a@a." * 16_000],
)
def test_it_is_quick(text):
    """What fills a whole request takes no time that anybody would notice."""
    read(text, NAMES)
