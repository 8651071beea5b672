"""What is done to texts of the docs so that a test can use them: names, ports and paths change."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..docs.reading import ROOT
from .nobody import as_nobody, folder_of_nobody


def exchanged(text: str, others: Mapping[str, object]) -> str:
    """A text with other names, ports and paths in it; each of them has to be there."""
    for old, new in others.items():
        assert old in text, f"{old!r} is no longer in the docs"
        text = text.replace(old, str(new))
    return text


class Unit:
    """A unit of systemd, as far as the docs use it: systemd itself needs a machine of its own."""

    def __init__(self, text: str) -> None:
        lines = (line.partition("=") for line in text.splitlines())
        self._said = [(key, value) for key, _, value in lines if not key.startswith("#")]

    def all(self, key: str) -> list[str]:
        """What a key is set to, as often as it is."""
        return [value for name, value in self._said if name == key]

    @property
    def command(self) -> list[str]:
        (command,) = self.all("ExecStart")
        return shlex.split(command)

    @property
    def folder(self) -> Path:
        (folder,) = self.all("WorkingDirectory")
        return Path(folder)

    @property
    def variables(self) -> dict[str, str]:
        """The environment, with nothing of anybody else's."""
        lines = self.all("Environment")
        for file in self.all("EnvironmentFile"):
            lines += Path(file).read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def make_state(self, below: Path) -> None:
        """Its state directory, as systemd makes it."""
        (name,), (mode,) = self.all("StateDirectory"), self.all("StateDirectoryMode")
        folder_of_nobody(below / name, int(mode, 8))

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen]:
        """What it starts, run by an account that has nothing else."""
        process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env={"PYTHONPATH": str(ROOT), **self.variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_nobody(),
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)
