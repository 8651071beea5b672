"""From a notebook in a real JupyterLab to whom to ask."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TooLate

from jupyterhub_responsibility.exports.lab_menu import lab_menu

from ..chromium import log_in
from ..realhub import RealHub

SERVER = Path(__file__).parents[2] / ".venv-lab" / "bin" / "jupyterhub-singleuser"
NOTEBOOK = {
    "cells": [],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A hub below a path that starts servers with JupyterLab, which finds our settings."""
    assert SERVER.exists(), f"{SERVER} is not there; run: make setup"
    folder = tmp_path_factory.mktemp("lab")
    settings = folder / "etc" / "labconfig" / "default_setting_overrides.d" / "ours.json"
    notebook = folder / "home" / "uwe" / "analysis.ipynb"
    for path in (settings, notebook):
        path.parent.mkdir(parents=True)
    settings.write_text(lab_menu("/lab/services/responsibilities/"))
    notebook.write_text(json.dumps(NOTEBOOK))
    config = f"""
        c.Spawner.cmd = ["{SERVER}", "--allow-root"]
        c.Spawner.environment = {{"JUPYTER_CONFIG_PATH": "{folder}/etc"}}
        c.Spawner.default_url = "/lab/tree/analysis.ipynb"
        c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
    """
    with RealHub(folder, base_url="/lab/", config=config) as hub:
        yield hub


def test_from_a_notebook_to_the_answer_in_two_clicks(browser, lab):
    """Help, Whom do I ask?: whoever is stuck reads how to reach somebody, without logging in."""
    context = browser.new_context()
    page = context.new_page()
    log_in(page, lab.hub_url("login"), "uwe")
    page.goto(lab.hub_url("spawn"))
    expect(page.locator(".jp-Notebook")).to_be_visible(timeout=60_000)
    # It closes menus whenever it learns something more of the kernel.
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    expect(idle).to_be_attached(timeout=60_000)

    answer = chosen(page, "Whom do I ask?")
    assert answer.url == lab.page("contacts")
    expect(answer.get_by_role("link", name="reef.example/help")).to_be_visible()
    assert chosen(page, "My responsibilities").url == lab.page()
    context.close()


def chosen(page: Page, item: str) -> Page:
    """What the Help menu leads to. JupyterLab may close it at any time, before the second click."""
    while True:
        page.get_by_role("menuitem", name="Help").click()
        with suppress(TooLate):
            with page.context.expect_page(timeout=5_000) as opened:
                page.get_by_role("menuitem", name=item).click(timeout=5_000)
            return opened.value
        page.keyboard.press("Escape")
