"""A hub, and with it the service, that a unix user without root runs."""

from __future__ import annotations

import os

import psutil
import pytest

from ..hub.acting import Browser, entries
from ..realhub import RealHub
from .nobody import as_nobody, folder_of_nobody, python_of_nobody


@pytest.fixture(scope="module")
def unprivileged(reachable):
    """It may write in its own folder only, where its database and, by default, the ledger are."""
    folder = folder_of_nobody(reachable / "hub")
    hub = RealHub(folder, python=python_of_nobody(reachable))
    hub.run_as = as_nobody()
    with hub:
        yield hub.with_holders()


def test_it_really_is_no_root(unprivileged):
    """Neither the hub nor the service may do what root may."""
    for process in (psutil.Process(unprivileged.process.pid), unprivileged.service):
        assert process.uids().real == (as_nobody().get("user") or os.geteuid()) != 0


def test_the_main_story(unprivileged):
    """People log in, read their page, and appoint; it is recorded."""
    assert "Hub Administrator" in unprivileged.visit("hanna").get(unprivileged.page()).text
    Browser(unprivileged, "rita").submit(
        "roles/hub-administrator", {"action": "appoint"}, person="uwe")  # fmt: skip
    assert "Hub Administrator" in unprivileged.visit("uwe").get(unprivileged.page()).text
    outcomes = [each for each in entries(unprivileged) if each["event"] == "outcome"]
    assert outcomes[-1]["person"] == "uwe"
    assert unprivileged.health()["status"] == "ok"
    assert "ermission" not in unprivileged.log()


def test_nobody_else_reads_the_ledger(unprivileged):
    """The ledger, with names in it, is for its owner's eyes only, whatever the folder lets in."""
    files = list(unprivileged.folder.glob("jupyterhub-responsibility.sqlite*"))
    assert files
    for file in files:
        assert file.stat().st_mode & 0o077 == 0, file
