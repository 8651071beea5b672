"""The image of the Dockerfile: built as it says, and run as it says beside a real hub."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from ..image import Image, instructions
from ..realhub import RealHub, free_port

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"
TOKEN = "a-token-that-both-have-0123456789"

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay out a file system"),
    pytest.mark.timeout(900),  # it installs the package with all that it depends on
]


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    return Image(DOCKERFILE, tmp_path_factory.mktemp("image")).build(ROOT)


@pytest.fixture(scope="module")
def container(image, tmp_path_factory):
    """A hub that doesn't start the service, and the service in a container: the hub."""
    folder = tmp_path_factory.mktemp("beside")
    hub = RealHub(folder, options=f"external=True, api_token={TOKEN!r}")
    hub.container = {
        "JUPYTERHUB_API_TOKEN": TOKEN,
        "JUPYTERHUB_API_URL": f"http://127.0.0.1:{hub.hub_port}/hub/api",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{hub.service_port}",
    }
    mounts = {"/srv/responsibilities.yaml": hub.declaration_file}
    with image.running(hub.container, mounts, folder / "service.log") as hub.service_process, hub:
        yield hub.with_holders()


def test_it_works(container):
    """Behind the hub's proxy, with its logins: a page, a change, and its record."""
    assert "Hub Administrator" in container.visit("hanna").get(container.page()).text
    token = {"Authorization": f"token {container.token_for('rita')}"}
    url = container.page("api/roles/hub-administrator/holders/uwe")
    assert requests.put(url, headers=token, timeout=30).json()["result"] == "done"
    assert "uwe" in container.api("GET", "groups/hub-admins").json()["users"]
    health = container.health()
    assert (health["status"], health["failing"]) == ("ok", [])
    assert health["ledger"]["number"] > 1


def test_by_whom(container, image):
    """It runs as somebody who isn't root, with no privilege, and can get none."""
    status = Path(f"/proc/{container.service_process.pid}/status").read_text()
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    user, _, group = image.final.said["USER"].partition(":")
    assert said["Uid"].split() == [user] * 4
    assert said["Gid"].split() == [group] * 4
    assert 0 not in (int(user), int(group))
    assert {int(said[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapBnd")} == {0}
    assert said["NoNewPrivs"] == "1"


def test_what_it_can_write(image):
    """The volume, and nothing else: not its code, its declaration, or a folder for such things."""
    places = ("/", "/srv", "/tmp", "/opt/responsibility", "/var/tmp", "/data")
    attempt = f"for each in {' '.join(places)}; do touch $each/new && echo $each; done; true"
    assert run(image, ["sh", "-c", attempt]).stdout.split() == image.final.volumes == ["/data"]


def test_what_it_has_written(container, image):
    """The ledger is in the volume, and nobody but the service can read it."""
    (database,) = re.findall(
        r"sqlite:///(/.+)", image.final.environment["JUPYTERHUB_RESPONSIBILITY_DATABASE"]
    )
    assert Path(database).parent == Path(image.final.volumes[0])
    file = image.final.root / database[1:]
    assert file.stat().st_size > 0
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert oct(file.parent.stat().st_mode)[-3:] == "700"


def run(image: Image, words: list[str], **environment: str) -> subprocess.CompletedProcess:
    """Run a command in a container of its own."""
    return subprocess.run(
        image.as_user(words, environment), capture_output=True, text=True, timeout=60
    )


def test_the_health_check(container, image):
    """It says that the service is well, and that one which isn't there is not."""
    check = image.final.command("HEALTHCHECK")
    assert run(image, check, **container.container).returncode == 0
    gone = f"http://127.0.0.1:{free_port()}"
    assert run(image, check, JUPYTERHUB_SERVICE_URL=gone).returncode != 0
    elsewhere = {**container.container, "JUPYTERHUB_BASE_URL": "/elsewhere/"}
    assert run(image, check, **elsewhere).returncode != 0


def test_the_other_commands(image):
    """What is there besides `serve`, such as looking over a declaration, works as well."""
    words = [*image.final.command("ENTRYPOINT"), "init", "/data/new.yaml"]
    assert run(image, words).returncode == 0
    done = run(image, [*words[:1], "check", "/data/new.yaml"])
    assert "no faults" in done.stdout


def test_the_drivers_are_there(image):
    """The image can use PostgreSQL, too."""
    assert run(image, ["python3", "-c", "import psycopg; psycopg.pq.version()"]).returncode == 0


def test_it_listens_where_others_reach_it(image):
    """At every address of the container, at the port that is told to the engine."""
    url = image.final.environment["JUPYTERHUB_SERVICE_URL"]
    assert url == f"http://0.0.0.0:{image.final.said['EXPOSE']}"


def test_it_holds_no_secret(image):
    """What a container is told when it is started is in no layer: no token, no declaration."""
    assert not [name for name in image.final.environment if re.search("TOKEN|SECRET|KEY", name)]
    left = [path for path in image.final.root.glob("srv/**") if path.is_file()]
    assert not any(
        path.read_bytes() for path in left
    )  # where a file of the machine was put, or none


def test_nothing_else_gets_in():
    """What is copied is what the engine is let see of a checkout, and that is all it is let see."""
    copied = [rest.split()[:-1] for name, rest in instructions(DOCKERFILE) if name == "COPY"]
    sources = {each for words in copied if not words[0].startswith("--") for each in words}
    first, *others = (ROOT / ".dockerignore").read_text().splitlines()[1:]
    assert first == "*"
    assert {line[1:] for line in others if line.startswith("!")} == sources


def test_the_base_is_named_in_full():
    """A version of Python and of the system, and a way to say it more exactly."""
    said = [rest for name, rest in instructions(DOCKERFILE) if name in ("ARG", "FROM")]
    base, *stages = said
    assert re.fullmatch(r"BASE=python:3\.\d+-slim-[a-z]+", base)
    assert {stage.partition(" AS ")[0] for stage in stages} == {"${BASE}"}


def test_nothing_to_complain_about():
    """A program that knows what goes wrong in Dockerfiles finds nothing."""
    hadolint = shutil.which("hadolint", path=f"{sys.prefix}/bin")
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
