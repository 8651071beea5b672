"""Many hubs at once: each answers, or is unknown, and none of them holds the others up."""

from __future__ import annotations

import json
import os
import pty
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from math import ceil
from pathlib import Path
from time import monotonic

import pytest

from jupyterhub_responsibility.cli import at_once, several

from .hubs import BAD, ROLE, Hubs, _Handler

FLEET = [sys.executable, "-m", "jupyterhub_responsibility", "fleet"]


@pytest.fixture
def hubs() -> Iterator[Hubs]:
    with Hubs() as running:
        yield running


def asked(folder: Path, listed: str, *words: str, **more) -> subprocess.CompletedProcess[str]:
    """What is said of a list of hubs, each with the token `secret-<variable>`."""
    (folder / "hubs.yaml").write_text(listed)
    variables = re.findall(r"token_variable: (\w+)", listed)
    tokens = {name: f"secret-{name}" for name in variables}
    return subprocess.run(
        [*FLEET, *(words or ("holders", "--format", "json"))],
        cwd=folder,
        env={**os.environ, **tokens},
        capture_output=True,
        text=True,
        timeout=60,
        **more,
    )


def test_a_hundred_hubs_within_half_a_minute(hubs, tmp_path):
    """Of a hundred hubs, those that can tell do, whatever the others are up to; 16 at once."""
    kinds = [kind for kind in BAD for _ in range(2)] + ["hangs"] * 20
    kinds += ["good"] * (100 - len(kinds))
    began = monotonic()
    done = asked(tmp_path, hubs.listed(*sorted(kinds, key=hash)))
    took = monotonic() - began
    assert done.returncode == 2, done.stderr
    said = json.loads(done.stdout)
    assert len(said["hubs"]) == 100
    by_kind = {hub["id"].rpartition("-")[0]: hub["why"] for hub in said["hubs"]}
    assert by_kind.pop("good") is None
    assert by_kind.keys() == BAD.keys()
    for kind, (_, why) in BAD.items():
        assert by_kind[kind].startswith(why.format(hubs.origin)), kind
    rows = said["holders"]
    holders = {(row["hub"].rpartition("-")[0], row["kind"], row["name"]) for row in rows}
    assert holders == {("good", "account", "rita"), *((kind, "unknown", "") for kind in BAD)}
    assert done.stderr.count("unknown: ") == len([kind for kind in kinds if kind in BAD])
    print(f"100 hubs, 26 of which hang: {took:.1f} s")
    assert took < 30


def test_a_token_goes_to_its_hub_alone(hubs, tmp_path):
    """Each hub sees its own token, nobody else sees one, and nothing that is said has one."""
    listed = hubs.listed("good", *(kind for kind, (_, why) in BAD.items() if "in time" not in why))
    for words in (["holders"], ["holders", "--format", "html"], ["offboard", "rita"]):
        done = asked(tmp_path, listed, *words)
        assert "secret-" not in done.stdout + done.stderr
    for path, token in hubs.asked:
        kind = path.split("/")[1].rpartition(".")[0]
        assert token == f"token secret-TOKEN_{kind.upper().replace('-', '_')}_1"
        assert "elsewhere" not in path


def test_sixteen_at_once(hubs, tmp_path):
    """That many are asked at the same time, and no more."""
    done = asked(tmp_path, hubs.listed(*["good"] * 60))
    assert done.returncode == 0
    assert 2 <= hubs.most <= several.AT_ONCE == 16


@pytest.mark.parametrize("count", [1, 16, 17, 40, 100, 112])
def test_even_if_none_answers_it_ends(count):
    """Up to 112 hubs that all hang are done within half a minute."""
    rounds = ceil(count / several.AT_ONCE)
    assert several.LEAST_SECONDS <= several.patience(count) <= several.MOST_SECONDS
    assert rounds * (several.patience(count) + at_once.SLACK) < 28


def test_few_hubs_have_time():
    """Where there are few, each has ten seconds; with hundreds, it still has three and a half."""
    assert several.patience(1) == several.patience(32) == 10
    assert several.patience(1000) == 3.5


def test_a_variable_that_is_not_set(hubs, tmp_path):
    """A hub whose token isn't there is unknown, and the others are asked."""
    listed = hubs.listed("good", "good").replace("TOKEN_GOOD_2", "NOT_SET")
    (tmp_path / "hubs.yaml").write_text(listed)
    done = subprocess.run(
        [*FLEET, "holders", "--role", ROLE],
        cwd=tmp_path,
        env={**os.environ, "TOKEN_GOOD_1": "x"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "good-1,community-representative,Community Representative,rita,,account" in done.stdout
    assert "good-2,community-representative,,,,unknown" in done.stdout
    assert done.stderr == (
        "good-2: unknown: Set NOT_SET to a token of the hub, of somebody who may open the service\n"
    )


def test_a_certificate_of_somebody_else(tmp_path):
    """A hub that can't prove who it is gets no token."""
    certificate, key = tmp_path / "a.pem", tmp_path / "a.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
         certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        listed = (
            f"hubs: [{{id: a, url: 'https://127.0.0.1:{server.server_port}', token_variable: A}}]"
        )
        done = asked(tmp_path, listed)
        server.shutdown()
    (hub,) = json.loads(done.stdout)["hubs"]
    assert hub["why"].startswith("its certificate does not prove that it is this hub")


def test_hubs_that_are_not_there(tmp_path):
    """No such name and nobody who listens are said for what they are."""
    listed = (
        "hubs:\n  - {id: a, url: 'http://no-such-hub.invalid', token_variable: A}\n"
        "  - {id: b, url: 'http://127.0.0.1:1', token_variable: A}\n"
    )
    said = json.loads(asked(tmp_path, listed).stdout)
    assert [hub["why"] for hub in said["hubs"]] == [
        "there is no computer of this name",
        "nothing answers at this address",
    ]


def test_progress_is_for_people_who_look_on(hubs, tmp_path):
    """On a terminal, it is said how many hubs were asked, and taken away; elsewhere it is not."""
    listed = hubs.listed("good", "good")
    assert asked(tmp_path, listed).stderr == ""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*FLEET, "holders"],
        cwd=tmp_path,
        env={**os.environ, "TOKEN_GOOD_1": "x", "TOKEN_GOOD_2": "x"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=60,
    )
    os.close(theirs)
    seen = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert [part.strip() for part in seen.split("\r") if part.strip()] == [
        "0 of 2 hubs asked", "1 of 2 hubs asked", "2 of 2 hubs asked",
    ]  # fmt: skip
    assert seen.endswith("\r")
    assert b"asked" not in done.stdout


def test_a_role_that_is_mistyped(hubs, tmp_path):
    """A role that no hub has is said, with the one that may be meant, and nothing is listed."""
    done = asked(tmp_path, hubs.listed("good"), "holders", "--role", "community-representatives")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean 'community-representative'?" in done.stderr


def test_faults_keep_the_hubs_from_being_asked(hubs, tmp_path):
    """With a list that has faults, no hub is asked: 1, or 2 where 1 means something else."""
    listed = hubs.listed("good") + "zebra: 1\n"
    for words, status in ((["holders"], 1), (["offboard", "rita"], 2)):
        done = asked(tmp_path, listed, *words)
        assert (done.returncode, done.stdout) == (status, "")
        assert "hubs.yaml:3: zebra: unknown key" in done.stderr
    assert hubs.asked == []
    for words in (["holders"], ["offboard", "rita"]):
        done = asked(tmp_path, listed, *words, "other.yaml")
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
