"""An image, built and run as its Dockerfile says, without an engine for containers.

    image = Image(ROOT / "Dockerfile", folder).build(ROOT)
    with image.running({"JUPYTERHUB_API_TOKEN": …}, {"/srv/responsibilities.yaml": …}) as process:
        …

Its base is the machine's own system with the Python of the tests; what the instructions add to it
is in a folder. They are carried out, and what is run, runs, in a mount namespace of its own, which
only root can make. A running container may do as little as after `docker run --read-only
--cap-drop=ALL --security-opt=no-new-privileges`; just the network is the machine's.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

SYSTEM = ("/bin", "/sbin", "/lib", "/lib64", "/usr", "/etc", "/dev", "/proc", sys.base_prefix,
          "/opt/wheels", "/opt/pypi", "/opt/pypi-more")  # fmt: skip
"""What the base has: folders of the machine, those of them that are there. None can be written."""

PATH = f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin"

PACKAGES = subprocess.run(
    [sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=True
).stdout.strip()
"""Takes the place of a cache that RUN has mounted: packages need not be fetched each time."""


@dataclass
class Stage:
    """What follows one FROM: its root file system, and what else its instructions say."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH, "HOME": "/root"})
    volumes: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)

    def command(self, name: str) -> list[str]:
        """ENTRYPOINT, CMD, or what stands after CMD in HEALTHCHECK: a list of words."""
        words: list[str] = json.loads(self.said[name][self.said[name].index("[") :])
        return words


class Image:
    """The Dockerfile at a path; `folder` is for what it makes."""

    def __init__(self, dockerfile: Path, folder: Path) -> None:
        self.instructions, self.folder = instructions(dockerfile), folder
        self.stages: dict[str, Stage] = {}

    @property
    def final(self) -> Stage:
        """The stage that the last instruction belongs to: once all are done, the image."""
        return list(self.stages.values())[-1]

    def build(self, context: Path) -> Image:
        """Carry out every instruction, in order."""
        for name, rest in self.instructions:
            if name == "FROM":
                self._begin(rest.partition(" AS ")[2])
            elif name == "COPY":
                self._copy(context, *rest.split())
            elif name == "RUN":
                self._run(rest)
            elif name == "ENV":
                self._set(rest)
            elif name == "VOLUME":
                self.final.volumes.append(rest)
            elif name != "ARG":  # the name of the base
                self.final.said[name] = rest
            if name == "WORKDIR":
                (self.final.root / rest[1:]).mkdir(parents=True)
        return self

    def _begin(self, name: str) -> None:
        root = self.folder / (name or "final")
        (root / "tmp").mkdir(parents=True)
        (root / "tmp").chmod(0o1777)
        for path in SYSTEM:
            if Path(path).is_symlink():  # such as /bin → usr/bin
                (root / path[1:]).symlink_to(Path(path).readlink())
            elif Path(path).is_dir():
                (root / path[1:]).mkdir(parents=True)
        self.stages[name] = Stage(root)

    def _copy(self, context: Path, *words: str) -> None:
        *sources, target = words
        if sources[0].startswith("--from="):
            context = self.stages[sources.pop(0).removeprefix("--from=")].root
        into = self.final.root / target.lstrip("/")
        for source in (context / source.lstrip("/") for source in sources):
            if source.is_dir():
                shutil.copytree(source, into, symlinks=True)
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, into)

    def _run(self, rest: str) -> None:
        *caches, command = re.split(r"--mount=type=cache,target=(\S+)\s+", rest)
        mounts = {path: PACKAGES for path in caches if path}
        environment = {k: v for k, v in os.environ.items() if k.startswith("PIP_")}
        environment["PIP_NO_COMPILE"] = "1"  # which takes longer than all that is run afterwards
        done = subprocess.run(
            inside(self.final, ["sh", "-euc", command], environment, mounts),
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def _set(self, rest: str) -> None:
        for word in shlex.split(rest):
            name, value = word.split("=", 1)
            value = Template(value).safe_substitute(self.final.environment)
            self.final.environment[name] = value

    # -- what is run

    def as_user(
        self,
        words: list[str],
        environment: Mapping[str, str] | None = None,
        mounts: Mapping[str, Path] | None = None,
    ) -> list[str]:
        """The words that run a command in a container: by USER, and without any privilege."""
        user, _, group = self.final.said["USER"].partition(":")
        drop = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups",
                "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]  # fmt: skip
        kept = {path: self.final.root / path.lstrip("/") for path in self.final.volumes}
        return inside(
            self.final, [*drop, *words], environment or {}, {**kept, **(mounts or {})}, fixed=True
        )

    @contextmanager
    def running(
        self, environment: Mapping[str, str], mounts: Mapping[str, Path], log: Path
    ) -> Iterator[subprocess.Popen]:
        """ENTRYPOINT with CMD, with these variables, and files of the machine at these places."""
        words = self.final.command("ENTRYPOINT") + self.final.command("CMD")
        with log.open("wb") as said:
            process = subprocess.Popen(
                self.as_user(words, environment, mounts), stdout=said, stderr=said
            )
            try:
                yield process
            finally:
                process.terminate()
                process.wait(20)


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile: the first word of each, and the rest."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", "")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in whole.splitlines() if line]


def inside(
    stage: Stage,
    words: list[str],
    environment: Mapping[str, str],
    mounts: Mapping[str, Path | str],
    fixed: bool = False,
) -> list[str]:
    """The words that run a command below the root of a stage; `fixed` where that is read-only."""
    root = str(stage.root)
    steps = [f"mount --bind {root} {root}"]
    folders = (path for path in SYSTEM if Path(path).is_dir() and not Path(path).is_symlink())
    steps += [f"mount --rbind {path} {root}{path}" for path in folders]
    for path, source in mounts.items():
        place = stage.root / path.lstrip("/")
        if Path(source).is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.touch()
        steps.append(f"mount --bind {source} {place}")
    if fixed:
        steps.append(f"mount -o remount,bind,ro {root}")
    values = [f"{name}={value}" for name, value in {**stage.environment, **environment}.items()]
    where = stage.said.get("WORKDIR", "/")
    run = ["chroot", root, "env", "-i", f"--chdir={where}", *values, *words]
    script = "\n".join([*steps, f"exec {shlex.join(run)}"])
    return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script]
