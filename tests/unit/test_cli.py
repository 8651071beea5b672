"""The command line: 0 clean, 1 faults, 2 could not do it; never a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from jupyterhub_responsibility import __version__
from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.cli.files import STARTER
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.paths import FLEET, SCHEMA

from .declarations import ROLES, write

DEMO = Path(__file__).parents[2] / "responsibilities.yaml"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    """Each test works in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run a command: its status, what it prints, what it says about trouble."""

    def command(*words: str) -> tuple[int, str, str]:
        try:
            status = main(list(words))
        except SystemExit as end:  # argparse
            status = end.code
        return (status, *capsys.readouterr())

    return command


# check


EVERYONE = "contacts: [{id: desk, name: Desk, for: [everyone], url: https://reef.example}]\n"


def test_a_clean_file(run, here):
    """A file without faults is said to be clean."""
    write(here, ROLES + EVERYONE)
    assert run("check", "responsibilities.yaml") == (0, "responsibilities.yaml: no faults\n", "")


def test_faults_are_printed_like_a_compilers(run, here):
    """One line a fault: file, line, path, what is wrong, how to mend it."""
    write(here, ROLES + "zebr: 1\ncommunity: {name: 1}\n" + EVERYONE)
    status, said, trouble = run("check", "responsibilities.yaml")
    assert (status, trouble) == (1, "")
    assert said == (
        "responsibilities.yaml:6: zebr: unknown key 'zebr'. Use one of: areas, community,"
        " contacts, links, manage_at, messages, model, names, provider, roles, title\n"
        "responsibilities.yaml:7: community.name: should be text. Put the value in quotes\n"
    )


def test_faults_as_json(run, here):
    """Programs read the same faults with `--json`."""
    write(here, ROLES + "community: {name: 1}\n" + EVERYONE)
    status, said, _ = run("check", "--json", "responsibilities.yaml")
    assert status == 1
    assert json.loads(said) == {
        "file": "responsibilities.yaml",
        "faults": [
            {
                "path": "community.name",
                "message": "should be text",
                "fix": "Put the value in quotes",
                "source": "responsibilities.yaml",
                "line": 6,
            }
        ],
        "warnings": [],
    }
    write(here, ROLES)
    status, said, _ = run("check", "--json", "responsibilities.yaml")
    assert (status, json.loads(said)["faults"]) == (0, [])


WARNING = (
    "responsibilities.yaml:1: contacts: there is no contact for everyone, whatever they ask."
    " Add one with 'for: [everyone]' (warning)\n"
)


def test_warnings(run, here):
    """What makes poor pages is said; it is a fault with --strict only."""
    write(here, ROLES)
    said = WARNING + "responsibilities.yaml: no faults\n"
    assert run("check", "responsibilities.yaml") == (0, said, "")
    assert run("check", "--strict", "responsibilities.yaml") == (1, said, "")
    status, said, _ = run("check", "--json", "--strict", "responsibilities.yaml")
    report = json.loads(said)
    assert (status, report["faults"], len(report["warnings"])) == (1, [], 1)
    assert report["warnings"][0].keys() == {"path", "message", "fix", "source", "line"}


def test_strict_without_warnings(run, here):
    """A file without warnings is clean with --strict, too."""
    write(here, ROLES + EVERYONE)
    assert run("check", "--strict", "responsibilities.yaml")[0] == 0


def test_the_demo_hubs_file_is_clean(run):
    """What operators copy has no faults, and makes good pages."""
    assert run("check", "--strict", str(DEMO))[0] == 0


UNREADABLE = {
    "a missing file": (lambda path: None, "No such file or directory"),
    "a folder": (lambda path: path.mkdir(), "Is a directory"),
    "a picture": (lambda path: path.write_bytes(b"\x89PNG"), "is not UTF-8 text"),
    "UTF-16": (lambda path: path.write_text(ROLES, "utf-16"), "is not UTF-8 text"),
    "a long file": (lambda path: path.write_bytes(b"#" * 300_001), "is larger than"),
}


@pytest.mark.parametrize("command", [["check"], ["check", "--json"], ["export"]])
@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read(run, here, command, what):
    """A file that cannot be read is status 2, and one line says which and why."""
    make, message = UNREADABLE[what]
    make(here / "own.yaml")
    status, said, trouble = run(*command, "own.yaml")
    assert (status, said) == (2, "")
    assert trouble.startswith("jupyterhub-responsibility: own.yaml: ")
    assert message in trouble
    assert trouble.count("\n") == 1


def test_a_file_that_may_not_be_read(run, here, monkeypatch):
    """A file without permission is status 2."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    write(here, ROLES)
    monkeypatch.setattr(Path, "open", refuse)  # chmod keeps nothing from root
    assert run("check", "responsibilities.yaml") == (
        2,
        "",
        "jupyterhub-responsibility: responsibilities.yaml: cannot be read: Permission denied\n",
    )


def test_a_terminal_without_all_letters(here):
    """Where the terminal knows ASCII only, names are spelt out and nothing breaks."""
    write(here, ROLES + "ключ: 1\ncommunity: {name: Grüße 李明}\n", "файл.yaml")
    for words, status in ((["check"], 1), (["check", "--json"], 1), (["export"], 1)):
        done = subprocess.run(
            [sys.executable, "-m", "jupyterhub_responsibility", *words, "файл.yaml"],
            env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == status
        assert b"Traceback" not in done.stderr
        assert (done.stdout + done.stderr).isascii()


# init


def test_the_starter_file_is_clean(run):
    """`init` writes a file that passes `check` as it is."""
    status, said, _ = run("init")
    assert status == 0
    assert said.startswith("responsibilities.yaml: written")
    assert run("check", "responsibilities.yaml")[0] == 0


def test_everything_that_the_starter_file_suggests_is_right(run, here):
    """With its comments taken away, the file is still clean, and shows each part once."""
    run("init", "own.yaml")
    text = (here / "own.yaml").read_text(encoding="utf-8")
    text = text.partition("\n")[2].replace("# model: cloud", "#")
    text = re.sub(r"(?m)^( *)# (?= *[-_a-z]+[: ])", r"\1", text)
    declared = load(write(here, text, "all.yaml"))
    assert [contact.public for contact in declared.contacts] == [True]
    assert len(declared.links) == 4
    assert declared.kept_at("crew:team")
    assert declared.initial
    assert declared.people
    assert "cultivate-community" not in declared.model.titles()


@pytest.mark.parametrize("part", ["contacts", "links"])
def test_one_part_of_the_starter_file_can_be_filled_in(run, here, part):
    """Taking the comment signs off one part, and nothing else, leaves a clean file."""
    run("init", "own.yaml")
    before, head, after = (here / "own.yaml").read_text().partition(f"# {part}:\n")
    block, gap, rest = after.partition("\n\n")
    text = before + (head + block).replace("# ", "", 1).replace("\n# ", "\n") + gap + rest
    assert getattr(load(write(here, text, "part.yaml")), part)


def test_the_starter_file_is_completed_by_editors(run, here):
    """Its first line leads an editor to the JSON Schema."""
    run("init")
    first = (here / "responsibilities.yaml").read_text().splitlines()[0]
    assert Path(first.partition("$schema=")[2]).is_file()
    assert max(map(len, STARTER.splitlines())) < 120


def test_init_does_not_overwrite(run, here):
    """A file that is there stays as it is."""
    write(here, ROLES)
    status, said, trouble = run("init")
    assert (status, said) == (2, "")
    assert "already exists" in trouble
    assert (here / "responsibilities.yaml").read_text() == ROLES


@pytest.mark.parametrize("place", ["nowhere/own.yaml", "."])
def test_init_where_no_file_can_be(run, place):
    """A place where nothing can be written is status 2, in one line."""
    status, said, trouble = run("init", place)
    assert (status, said) == (2, "")
    assert trouble.count("\n") == 1


# export


def test_an_export_is_used_as_it_is(run, here):
    """Another hub needs nothing but the exported file."""
    assert run("export", str(DEMO), "-o", "copy.yaml") == (0, "", "")
    copied, original = load("copy.yaml"), load(DEMO)
    assert replace(copied, source=original.source) == original
    assert run("check", "copy.yaml")[0] == 0


def test_an_export_is_printed_without_a_name(run, here):
    """To standard output goes the same text as to a file."""
    run("export", str(DEMO), "--output", "copy.yaml")
    status, said, _ = run("export", str(DEMO))
    assert (status, said) == (0, (here / "copy.yaml").read_text(encoding="utf-8"))


def test_an_export_is_utf_8_everywhere(here):
    """Redirected to a file, an export is right whatever the terminal speaks."""
    write(here, ROLES + "community: {name: Grüße 李明}\n")
    done = subprocess.run(
        [sys.executable, "-m", "jupyterhub_responsibility", "export"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert yaml.safe_load(done.stdout.decode("utf-8"))["community"]["name"] == "Grüße 李明"


def test_a_faulty_file_is_not_exported(run, here):
    """Faults are printed, and no file is written."""
    write(here, "zebra: 1\n")
    status, said, trouble = run("export", "-o", "copy.yaml")
    assert (status, said) == (1, "")
    assert "unknown key 'zebra'" in trouble
    assert not (here / "copy.yaml").exists()


def test_an_export_to_nowhere(run):
    """A place where nothing can be written is status 2, in one line."""
    status, _, trouble = run("export", str(DEMO), "-o", "nowhere/copy.yaml")
    assert (status, trouble.count("\n")) == (2, 1)


# The rest


@pytest.mark.parametrize(
    ("gaps", "certain", "expected"), [(0, True, 0), (1, True, 1), (1, False, 1), (0, False, 2)]
)
def test_a_hub_without_gaps_is_clean_only_if_that_is_certain(
    run, monkeypatch, gaps, certain, expected
):
    """What could not be checked is not fine."""
    gap = {"title": "Nobody", "urgency": "urgent", "text": "So.", "since": None, "noticed": None,
           "next": "Appoint", "path": "roles/guide#appoint"}  # fmt: skip
    said = {
        "headline": "All", "summary": "", "gaps": [gap] * gaps, "certain": certain,
        "unchecked": [] if certain else ["Accounts"], "as_of": "today", "accounts_as_of": None,
    }  # fmt: skip
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
    monkeypatch.setattr("jupyterhub_responsibility.cli.coverage.ask", lambda *_: said)
    status, text, _ = run("coverage", "https://hub.example/r")
    assert (status, "Could not check" in text) == (expected, not certain)
    assert text.count("https://hub.example/r/roles/guide#appoint") == gaps


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_goes_to_the_address_that_was_given_alone(run, monkeypatch, status):
    """A page that leads elsewhere is told, and followed by nobody."""
    asked: list[tuple[str, str | None]] = []

    class Leading(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            self.send_header("Location", "/elsewhere?with=more")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
    with HTTPServer(("127.0.0.1", 0), Leading) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        where = f"http://127.0.0.1:{server.server_port}"
        code, said, trouble = run("coverage", f"{where}/r")
        server.shutdown()
    assert (code, said) == (2, "")
    assert f"leads elsewhere, to {where}/elsewhere. The token was not sent there" in trouble
    assert "a-token" not in trouble
    assert asked == [("/r/api/coverage", "token a-token")]


@pytest.mark.parametrize("what", FLEET)
def test_what_ships_for_fleets(run, what):
    """`fleet` prints the dashboard and the rules as they ship."""
    status, said, _ = run("fleet", what)
    assert (status, said) == (0, FLEET[what].read_text())


def test_the_schema(run):
    """`schema` prints what ships."""
    status, said, _ = run("schema")
    assert (status, said) == (0, SCHEMA.read_text(encoding="utf-8"))


def test_the_version(run):
    """`--version` says which version this is."""
    assert run("--version") == (0, f"{__version__}\n", "")


@pytest.mark.parametrize("words", [[], ["chek"], ["check"], ["check", "a", "b"], ["init", "--x"]])
def test_wrong_words(run, words):
    """An unknown or incomplete command is status 2, with how to use it."""
    status, said, trouble = run(*words)
    assert (status, said) == (2, "")
    assert trouble.startswith("usage: jupyterhub-responsibility")


def test_help_names_every_command(run):
    """`--help` lists what there is."""
    status, said, _ = run("--help")
    assert status == 0
    assert all(command in said for command in ("check", "init", "export", "schema", "serve"))
