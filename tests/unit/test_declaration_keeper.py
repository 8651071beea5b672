"""The declaration follows its file, and whatever happens to that, the last good one stays."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from jupyterhub_responsibility.declaration import keeper as module
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.declaration.keeper import DeclarationKeeper, InForce
from jupyterhub_responsibility.service.settings import Settings

from ..conftest import READ_AT
from .declarations import declare


def desk(name: str, **more) -> dict:
    """A declaration with one contact of that name."""
    return declare(contacts=[{"id": "desk", "name": name, "email": "desk@reef.example"}], **more)


class Kept:
    """A file, and what keeps it, with a clock that the test moves."""

    def __init__(self, folder: Path, **how) -> None:
        self.now: datetime = READ_AT
        self.file = folder / "responsibilities.yaml"
        self.write(desk("Desk"))
        self.keeper = DeclarationKeeper(load(self.file), str(self.file), lambda: self.now, **how)

    def write(self, declared: dict | str) -> None:
        text = declared if isinstance(declared, str) else yaml.safe_dump(declared)
        self.file.write_text(text, encoding="utf-8")

    async def look(self, times: int = 2) -> InForce:
        for _ in range(times):
            await self.keeper.look()
        return self.keeper.current

    @property
    def names(self) -> list[str]:
        return [contact.name for contact in self.keeper.current.declaration.contacts]


@pytest.fixture
async def kept(tmp_path) -> Kept:
    found = Kept(tmp_path)
    await found.look()
    return found


async def test_what_is_written_takes_effect(kept):
    """Once the file reads the same twice, with its new age; before that, nothing does."""
    assert kept.keeper.current.state == "loaded"
    version = kept.keeper.current.version
    kept.write(desk("Counter"))
    os.utime(kept.file, (1_800_000_000,) * 2)
    await kept.look(1)
    assert kept.names == ["Desk"]
    said = await kept.look(1)
    assert kept.names == ["Counter"]
    assert (said.state, said.version, said.since) == ("loaded", version + 1, None)
    assert said.declaration.as_of.timestamp() == 1_800_000_000
    assert await kept.look(3) == said


async def test_nothing_is_new_at_the_start(tmp_path):
    """What the hub handed over is what the file says, but for a part of a second of its age."""
    kept = Kept(tmp_path)
    os.utime(kept.file, (1_800_000_000.7,) * 2)
    handed_over = replace(
        load(kept.file), as_of=datetime.fromtimestamp(1_800_000_000, timezone.utc)
    )
    keeper = DeclarationKeeper(handed_over, str(kept.file), lambda: READ_AT)
    for _ in range(3):
        await keeper.look()
    assert (keeper.current.version, keeper.current.state) == (0, "loaded")
    assert keeper.current.declaration is handed_over


async def test_half_a_file_is_never_in_force(kept):
    """However slowly it is written, and wherever it ends: until then, the last one is."""
    text = yaml.safe_dump(desk("Counter", names={f"user-{n}": f"User {n}" for n in range(30)}))
    version = kept.keeper.current.version
    with kept.file.open("w") as file:
        for n in range(0, len(text), 20):
            file.write(text[n : n + 20])
            file.flush()
            said = await kept.look(1)
            assert (said.state, said.version, kept.names) == ("loaded", version, ["Desk"]), n
    await kept.look()
    assert (kept.names, len(kept.keeper.current.declaration.names)) == (["Counter"], 30)


async def test_whoever_writes_it_was_killed(kept):
    """A file that ends anywhere is what it says, or faulty; then it is put right."""
    text = yaml.safe_dump(desk("Counter"))
    for n in range(0, len(text), 7):
        kept.write(text[:n])
        said = await kept.look()
        if said.state == "faulty":
            assert said.since
            assert said.faults
        assert len(said.declaration.groups) == 2
    kept.write(text)
    said = await kept.look()
    assert (said.state, said.faults, kept.names) == ("loaded", (), ["Counter"])


WRONG = {
    "no yaml": "roles: [a: b\n",
    "nothing": "",
    "a fault": yaml.safe_dump(declare(contacts=[{"id": "desk", "nam": "Desk"}])),
    "nested": "[" * 5000,
    "another model": yaml.safe_dump(desk("Counter", model="gone.yaml")),
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
async def test_a_file_with_faults(kept, text, caplog):
    """What it said before stays in force; where and since when it is wrong is told, once."""
    kept.write(text)
    said = await kept.look(3)
    began = kept.now
    assert (said.state, said.since, kept.names) == ("faulty", began, ["Desk"])
    assert said.where[0][0] == "responsibilities.yaml"
    assert said.where[0][1] or text == ""
    kept.now += timedelta(hours=1)
    assert (await kept.look(3)).since == began
    warned = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(warned) == 1
    assert "stays in force" in warned[0].message
    kept.write(desk("Counter"))
    said = await kept.look(3)
    assert (said.state, said.since, said.faults, kept.names) == ("loaded", None, (), ["Counter"])


async def test_the_same_file_put_back(kept):
    """With the age that it had: nothing is wrong any more."""
    times = kept.file.stat()
    text = kept.file.read_text()
    kept.write("{")
    assert (await kept.look()).state == "faulty"
    kept.write(text)
    os.utime(kept.file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (await kept.look()).state == "loaded"


async def test_it_is_gone(kept):
    """And comes back."""
    aside = kept.file.rename(kept.file.with_suffix(".old"))
    said = await kept.look()
    assert (said.state, said.since, kept.names) == ("missing", kept.now, ["Desk"])
    aside.rename(kept.file)
    assert (await kept.look()).state == "loaded"


async def test_an_editor_that_replaces_it(kept):
    """It is gone for a moment, which nobody is told of."""
    kept.file.unlink()
    assert (await kept.look(1)).state == "loaded"
    kept.write(desk("Counter"))
    assert (await kept.look()).state == "loaded"
    assert kept.names == ["Counter"]


def make_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def write_latin(file: Path) -> None:
    file.write_bytes("# Grüße\n".encode("latin-1"))


def write_too_much(file: Path) -> None:
    file.write_text("# much\n" * 50_000)


@pytest.mark.parametrize("happens", [make_a_folder, write_latin, write_too_much])
async def test_it_cannot_be_read(kept, happens):
    """It is there, and no text: what it said before stays."""
    happens(kept.file)
    said = await kept.look()
    assert (said.state, kept.names) == ("unreadable", ["Desk"])
    assert str(kept.file) in said.faults[0].message


async def test_nobody_may_read_it(kept, monkeypatch):
    """As soon as it can be read again, it is, without being changed."""
    reading = module.read_again

    def refused(file: str) -> None:
        raise module.UnreadableError(f"{file}: cannot be read: Permission denied")

    monkeypatch.setattr(module, "read_again", refused)
    kept.write(desk("Counter"))
    assert (await kept.look()).state == "unreadable"
    monkeypatch.setattr(module, "read_again", reading)
    await kept.look(1)
    assert kept.names == ["Counter"]


async def test_what_nobody_foresaw(kept, monkeypatch, caplog):
    """It is said and logged; nothing ends."""

    def fails(_: str) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "read_again", fails)
    kept.write(desk("Counter"))
    said = await kept.look(4)
    assert (said.state, kept.names) == ("faulty", ["Desk"])
    assert sum(each.levelno == logging.ERROR for each in caplog.records) == 1


def mounted(folder: Path, number: int, declared: dict, model: str = "") -> None:
    """As Kubernetes mounts a ConfigMap: links into a folder that is a link, which is replaced."""
    data = folder / f"..data-{number}"
    data.mkdir()
    (data / "responsibilities.yaml").write_text(yaml.safe_dump(declared))
    (data / "model.yaml").write_text(model)
    link = folder / "..new"
    link.symlink_to(data.name)
    link.rename(folder / "..data")
    for name in ("responsibilities.yaml", "model.yaml"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")


async def test_a_mount_of_kubernetes_is_replaced(tmp_path):
    """The file and the model that it starts from, at once; the folder of before may be gone."""
    declared = desk("Desk", model="model.yaml")
    mounted(tmp_path, 1, declared, "title: First")
    file = tmp_path / "responsibilities.yaml"
    keeper = DeclarationKeeper(load(file), str(file), lambda: READ_AT)
    for _ in range(3):
        await keeper.look()
    assert keeper.current.state == "loaded"
    mounted(tmp_path, 2, desk("Counter", model="model.yaml"), "title: Second")
    for each in ("responsibilities.yaml", "model.yaml"):
        (tmp_path / "..data-1" / each).unlink()
    for _ in range(2):
        await keeper.look()
    said = keeper.current.declaration
    assert (said.contacts[0].name, said.model.title) == ("Counter", "Second")
    mounted(tmp_path, 3, desk("Counter", model="model.yaml"), "title: Third")
    for _ in range(2):
        await keeper.look()
    assert keeper.current.declaration.model.title == "Third"


async def test_a_model_that_it_starts_from(tmp_path):
    """Is followed as the file itself is: changed, faulty, gone, and back again."""
    model = tmp_path / "ours.yaml"
    model.write_text("title: First\n")
    kept = Kept(tmp_path)
    kept.write(desk("Desk", model="ours.yaml"))
    await kept.look(3)
    assert kept.keeper.current.declaration.model.title == "First"
    model.write_text("title: Second\n")
    await kept.look()
    assert kept.keeper.current.declaration.model.title == "Second"
    model.write_text("title: Third\ntitel: Third\n")
    said = await kept.look()
    assert (said.state, said.where) == ("faulty", [("ours.yaml", 2)])
    model.unlink()
    said = await kept.look()
    assert (said.state, said.where[0][0]) == ("faulty", "responsibilities.yaml")
    assert said.declaration.model.title == "Second"
    model.write_text("title: Fourth\n")
    await kept.look()
    assert kept.keeper.current.state == "loaded"
    assert kept.keeper.current.declaration.model.title == "Fourth"


async def test_the_same_size_and_age(kept):
    """A change that leaves both as they were is one."""
    times = kept.file.stat()
    kept.write(desk("Dusk"))
    os.utime(kept.file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert kept.file.stat().st_size == times.st_size
    await kept.look()
    assert kept.names == ["Dusk"]


async def test_it_is_changed_while_it_is_read(kept, monkeypatch):
    """What was read then is not in force."""
    reading = module.read_again

    def read_slowly(file: str):
        found = reading(file)
        kept.write(desk("Counter"))
        return found

    kept.write(desk("Table"))
    monkeypatch.setattr(module, "read_again", read_slowly)
    await kept.look()
    assert kept.names == ["Desk"]
    monkeypatch.setattr(module, "read_again", reading)
    await kept.look()
    assert kept.names == ["Counter"]


async def test_what_waits_is_told(kept, caplog):
    """The rest is in force; once it is undone, nothing waits."""
    declared = desk("Counter", roles={"hub-administrator": {"groups": ["team"]}})
    kept.write(declared)
    said = await kept.look()
    assert (said.state, kept.names) == ("waiting", ["Counter"])
    assert said.declaration.groups["hub-administrator"] == ("hub-admins",)
    assert said.waiting_in_words[0].startswith("roles.hub-administrator.groups (line ")
    assert "needs a restart of the hub: roles.hub-administrator.groups" in caplog.text
    assert said.since is None
    kept.write(desk("Counter"))
    assert (await kept.look()).state == "loaded"


async def test_what_is_no_file_is_not_looked_for(monkeypatch):
    """A dict, or values of a chart, are what they were at the start."""
    monkeypatch.setattr(module, "_stamp", None)
    keeper = DeclarationKeeper(load(desk("Desk")), "", lambda: READ_AT)
    await keeper.look()
    assert keeper.current.state == "not a file"


async def test_pages_of_the_hub_and_accounts(tmp_path):
    """Addresses lead to the hub's host, and accounts are called what the hub calls them."""
    kept = Kept(tmp_path, host="https://hub.example", called=lambda _, name: name.upper())
    kept.write(desk("Desk", provider={"name": "Crew", "url": "/crew", "staff": ["kim"]}))
    said = (await kept.look()).declaration
    assert (said.provider.url, said.provider.staff) == ("https://hub.example/crew", ("KIM",))


async def test_what_takes_long_is_done_before(tmp_path):
    """Nobody waits for the index of what can be asked about; it is made once for each."""
    made = []
    kept = Kept(tmp_path, prepare=made.append)
    kept.write(desk("Counter"))
    await kept.look(4)
    kept.write("{")
    await kept.look(4)
    assert [each.contacts[0].name for each in made] == ["Counter"]
    assert kept.keeper.current.declaration is made[0]


def test_within_a_minute():
    """Three looks are needed at most, if the file starts from another one than before."""
    trait = Settings.class_traits()["declaration_seconds"]
    assert 3 * trait.default_value <= 3 * trait.max < 60
