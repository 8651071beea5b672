"""A real OpenLDAP server with a small directory of the tests' own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ldap3 import MODIFY_REPLACE, Connection, Server
from ldap3.core.exceptions import LDAPException
from ldap3.utils.dn import escape_rdn

from .programs import program

BASE = "DC=example,DC=org"
PEOPLE = f"OU=people,{BASE}"
ROOT, ROOT_PASSWORD = f"CN=root,{BASE}", "of-the-directory"
NOBODY = f"CN=nobody,{BASE}"
"""A group has to have a member."""

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
database mdb
directory {folder}
suffix "{base}"
rootdn "{root}"
rootpw {password}
"""


class Directory:
    """What is in a running directory; only its root may change it."""

    def __init__(self, port: int) -> None:
        server = Server("127.0.0.1", port)
        self._connection = Connection(server, ROOT, ROOT_PASSWORD, raise_exceptions=True)

    def connect(self) -> bool:
        """Log in, once the server is there."""
        with suppress(LDAPException):
            return bool(self._connection.bind())
        return False

    def fill(self, people: Iterable[str], password: str, groups: Iterable[str]) -> None:
        """People who can log in with a password, and groups that nobody is in."""
        add = self._connection.add
        add(BASE, ["dcObject", "organization"], {"o": "Example"})
        for unit in ("people", "groups"):
            add(f"OU={unit},{BASE}", "organizationalUnit")
        for name in people:
            attributes = {"cn": name, "sn": name, "userPassword": password}
            add(f"UID={escape_rdn(name)},{PEOPLE}", "inetOrgPerson", attributes)
        for group in groups:
            add(group, "groupOfNames", {"member": NOBODY})

    def put(self, group: str, names: Sequence[str]) -> None:
        """From now on, these people are in a group, and nobody else."""
        members = [f"UID={name},{PEOPLE}" for name in names] or [NOBODY]
        self._connection.modify(group, {"member": [(MODIFY_REPLACE, members)]})


@contextmanager
def slapd(folder: Path, port: int) -> Iterator[Directory]:
    """One server, until the end of `with`."""
    file = folder / "slapd.conf"
    file.write_text(CONFIG.format(folder=folder, base=BASE, root=ROOT, password=ROOT_PASSWORD))
    command = [program("slapd"), "-f", file, "-h", f"ldap://127.0.0.1:{port}", "-d", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    directory = Directory(port)
    try:
        while not directory.connect():
            assert process.poll() is None, "slapd has ended"
            time.sleep(0.05)
        yield directory
    finally:
        process.terminate()
        process.wait(20)
