"""A real Prometheus of the tests' own, in a temporary folder, and its promtool.

with Prometheus(folder, config) as prometheus:
    found = prometheus.ask("up == 1")
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests
import yaml

from .realhub import free_port

START_SECONDS = 30


def program(name: str) -> Path:
    """Where `prometheus` or `promtool` is: in this environment, or on PATH."""
    own = Path(sys.prefix, "lib", "prometheus", "usr", "bin", name)
    found = own if own.exists() else shutil.which(name)
    if not found:
        raise RuntimeError(f"{name} is missing: run 'make setup'")
    return Path(found)


def promtool(*arguments: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess:
    """Run promtool."""
    command = [program("promtool"), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)


class Prometheus:
    """One server, from `with` to its end."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self._folder, self._port = folder, free_port()
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))

    def __enter__(self) -> Prometheus:
        self._log = (self._folder / "prometheus.log").open("wb")
        self._process = subprocess.Popen(
            [
                program("prometheus"),
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{self._port}",
            ],
            cwd=self._folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.wait_for(lambda: requests.get(self._url("-/ready"), timeout=5).ok)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}/{path}"

    def wait_for(self, condition, seconds: float = START_SECONDS):
        """Wait until a condition holds; connection errors count as not yet."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                result = condition()
            except requests.RequestException:
                result = None
            if result:
                return result
            if time.monotonic() > deadline or self._process.poll() is not None:
                said = (self._folder / "prometheus.log").read_text()
                raise TimeoutError(f"not so after {seconds} s:\n{said[-4000:]}")
            time.sleep(0.1)

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression finds now. Raises ValueError where it is none."""
        query = {"query": expression}
        reply = requests.get(self._url("api/v1/query"), params=query, timeout=10).json()
        if reply["status"] != "success":
            raise ValueError(f"{expression}: {reply['error']}")
        found: list[dict[str, Any]] = reply["data"]["result"]
        return found

    def alerts(self) -> set[str]:
        """The names of the alerts that there are, waiting or firing."""
        reply = requests.get(self._url("api/v1/alerts"), timeout=10).json()
        return {alert["labels"]["alertname"] for alert in reply["data"]["alerts"]}
