"""The operator's addresses: what is wrong is said with its line, and nothing of what is in it."""

from __future__ import annotations

import sys

import pytest

from jupyterhub_responsibility.errors import ConfigurationError
from jupyterhub_responsibility.service import transport
from jupyterhub_responsibility.service.transport import VARIABLE, read, set_up, taken_by_apprise

SECRET = "p4ssw0rd"
RIGHT = f"""\
# where messages go
mail: mailtos://hub:{SECRET}@smtp.reef.example?from=hub@reef.example
community: slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#hub
"""

WRONG = {
    f"mailtos://hub:{SECRET}@x.example": 1,
    f"\nmail: mailtos://hub:x@y.example\nmial: {SECRET}": 3,
    f"mail: slack://{SECRET}/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ": 1,
    f"mail: {SECRET}": 1,
    f"community: nonsense://{SECRET}": 1,
    f"community: [{SECRET}]": 1,
    f"- {SECRET}": 1,
    f'\n\nmail: "{SECRET}': 3,
    f"mail: mailto://hub:x@y.example\n\t{SECRET}: 1": 2,
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong(text):
    """The line, and what to write instead."""
    with pytest.raises(ConfigurationError) as error:
        read(text, "messages", taken_by_apprise)
    assert str(error.value).startswith(f"messages, line {WRONG[text]}: ")
    assert SECRET not in str(error.value)
    before = error.value.__context__  # which is printed with it, where that is in full
    assert before is None or error.value.__suppress_context__


@pytest.mark.parametrize("text", ["", "# nothing yet\n", RIGHT])
def test_what_is_right(text):
    """Nothing, or addresses by their names."""
    found = read(text, "messages", taken_by_apprise)
    assert set(found) == ({"mail", "community"} if text == RIGHT else set())


@pytest.mark.parametrize(
    "address",
    [
        "mailto://user:pass@mail.example",
        "matrixs://user:pass@matrix.example/#hub",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "mmosts://mattermost.example/3ccdd113474722377935511fc85d3dd4",
        "json://hooks.example/here",
    ],
)
def test_what_apprise_takes(address):
    """Mail, Matrix, Slack, Mattermost and webhooks, for the channel of the community."""
    assert taken_by_apprise("community", address)
    assert taken_by_apprise("mail", address) is address.startswith("mail")


def test_from_a_file_or_the_variable(tmp_path, monkeypatch, caplog):
    """The file counts first; where it can't be read, that is said, and nothing is sent."""
    assert set_up("").names == frozenset()
    monkeypatch.setenv(VARIABLE, RIGHT)
    assert set_up("").names == {"mail", "community"}
    file = tmp_path / "messages"
    missing = set_up(str(file))
    assert missing.names == frozenset()
    assert missing.trouble.startswith(f"No messages are sent: {file} cannot be read")
    file.write_text("mail: mailto://hub:x@y.example\n")
    assert set_up(str(file)).names == {"mail"}
    file.write_bytes(b"\xff\xfe")
    assert "it is no text" in set_up(str(file)).trouble
    assert "No messages are sent" in caplog.text


def test_without_apprise(monkeypatch):
    """What is missing is said, where somebody wants it."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setenv(VARIABLE, "")
    assert set_up("").trouble == ""
    monkeypatch.setenv(VARIABLE, RIGHT)
    assert transport.EXTRA in set_up("").trouble
