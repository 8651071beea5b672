"""Takes the pictures in docs/images from the demo hub, in light and dark.

    make pictures

The hub is the demo, jupyterhub_config.py, filled as by `make demo`, on free ports and with a
database of its own. Times are the only thing in a picture that would differ from run to run, so
they are set.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from docs.demo import SERVICE, fill, wait_for
from tests.chromium import chromium, log_in
from tests.realhub import free_port, proxy_folder

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"

PICTURES = (
    ("responsibilities", "rita", "", 1200, 900),
    ("whom-to-ask", "uwe", "contacts?q=more+memory", 1000, 480),
    ("model", "uwe", "model", 1200, 740),
    ("role", "rita", "roles/hub-administrator", 1200, 740),
    ("panel", "rita", "admin", 1200, 900),
)
"""Name, whose page, its address, width and height."""

STEADY = ["--no-sandbox", "--disable-gpu", "--disable-partial-raster", "--num-raster-threads=1"]
"""With these, Chromium draws every corner the same way each time."""

SET_TIMES = """
const day = 86400000, said = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
const today = Date.parse(new Date().toISOString().slice(0, 10));
for (const time of document.querySelectorAll("time")) {
  const ahead = Date.parse(time.dateTime.slice(0, 10)) - today;
  if (ahead > 60 * day) continue; // the end of a term is the same all year
  const shown = new Date(Date.parse("2026-11-22") + Math.max(ahead, 0));
  time.textContent = shown.toLocaleDateString("en-GB", said)
    + (time.dateTime.includes("T") ? ", 10:42 UTC" : "");
}
"""


def main() -> None:
    """Start the demo, take every picture, stop the demo."""
    port = free_port()
    home = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = start(Path(folder), port)
        try:
            wait_for(home, "roster")
            fill(home)
            wait_for(home, "accounts")
            browser = playwright.chromium.launch(executable_path=chromium(), args=STEADY)
            for theme in ("light", "dark"):
                for picture in PICTURES:
                    take(browser, home, theme, *picture)
            browser.close()
        finally:
            hub.terminate()
            hub.wait(20)


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The demo hub on a port, with everything that it writes in a folder."""
    demo = (ROOT / "jupyterhub_config.py").read_text()
    called = 'enable(c, "responsibilities.yaml"'
    options = (
        f'url="http://127.0.0.1:{free_port()}", database_url="sqlite:///{folder}/ledger.sqlite"'
    )
    (folder / "demo.py").write_text(demo.replace(called, f"{called}, {options}"))
    (folder / "config.py").write_text(
        f"""
c = get_config()
load_subconfig({str(folder / "demo.py")!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {free_port()}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.ConfigurableHTTPProxy.log_level = "error"
c.JupyterHub.db_url = "sqlite:///{folder}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
"""
    )
    command = [sys.executable, "-m", "jupyterhub", "-f", f"{folder}/config.py", "--log-level=ERROR"]
    path = os.pathsep.join((proxy_folder(), os.environ["PATH"]))
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PATH": path})


def take(
    browser: Browser, home: str, theme: str, name: str, who: str, path: str, width: int, height: int
) -> None:
    """One picture of what somebody sees."""
    context = browser.new_context(
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": height},
    )
    page = context.new_page()
    log_in(page, f"{home}/hub/login", who, "demo")
    page.goto(f"{home}/{SERVICE}/{path}")
    page.evaluate(SET_TIMES)
    page.screenshot(path=IMAGES / f"{name}-{theme}.png", animations="disabled", caret="hide")
    context.close()


if __name__ == "__main__":
    main()
