"""A real nginx with blocks of configuration as operators have them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .programs import program

AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {blocks}
}}
"""
"""What the file that Debian ships says, with everything in a folder of its own."""


@contextmanager
def nginx(folder: Path, blocks: str) -> Iterator[None]:
    """One nginx, until the end of `with`."""
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, blocks=blocks))
    process = subprocess.Popen([program("nginx"), "-p", folder, "-c", file], stderr=subprocess.PIPE)
    try:
        while not (folder / "nginx.pid").exists():
            assert process.poll() is None, process.stderr.read().decode()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)
