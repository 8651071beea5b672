"""Where messages go: the operator's addresses, which are secret, and apprise, which takes them.

No address is logged or shown, the operator's or anybody's: they hold passwords, or are personal.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import yaml

from ..domain.messages import TRANSPORTS, TransportName
from ..errors import ConfigurationError
from ..messages.texts import Letter

log = logging.getLogger(__name__)

VARIABLE = "JUPYTERHUB_RESPONSIBILITY_MESSAGES"
"""What would be in the file of addresses may be in this variable instead."""

SECONDS = 60.0
"""How long a transport may take; after that, nobody knows whether it has taken a letter."""

HEADER = "X-Responsibility-Message"
"""Has the id of a letter, by which receivers can tell whether they have it already."""

EXTRA = "pip install 'jupyterhub-responsibility[messages]'"

HOW = "Write 'mail: mailtos://…' or 'community: …', with the address as apprise writes it"


class Apprise:
    """The transports that are set up, by apprise; `trouble` says why there are none, if they were
    meant to be there."""

    def __init__(self, addresses: Mapping[TransportName, str], trouble: str = "") -> None:
        self._addresses = addresses
        self._threads = ThreadPoolExecutor(8, "messages")
        self.trouble = trouble

    @property
    def names(self) -> frozenset[TransportName]:
        """Those that are set up."""
        return frozenset(self._addresses)

    def takes(self, address: str) -> bool:
        """Whether mail can be sent to an address at all; yes, where this hub sends none."""
        through = self._addresses.get("mail")
        return not through or bool(getattr(_plugin(through, address, ""), "targets", ()))

    async def send(self, name: TransportName, address: str, letter: Letter) -> bool:
        """Hand over a letter; whether it was taken. False also where nobody knows."""
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(self._threads, _send, self._addresses[name], address, letter)
        try:
            return await asyncio.wait_for(asyncio.shield(sending), SECONDS)
        except asyncio.TimeoutError:
            return False
        except Exception as error:  # whatever a plugin raises; its words may hold an address
            log.warning("A message could not be sent (%s)", type(error).__name__)
            return False


def set_up(file: str) -> Apprise:
    """The transports that the operator's file, or else the variable, names.

    What is wrong with it is logged, and said on the pages: the service goes on without them.
    """
    source = file or VARIABLE
    try:
        text = _read(file) if file else os.environ.get(VARIABLE, "")
        return Apprise(read(text, source, taken_by_apprise))
    except ConfigurationError as error:
        log.error("No messages are sent: %s", error)
        return Apprise({}, f"No messages are sent: {error}.")


def read(
    text: str, source: str, taken: Callable[[TransportName, str], bool]
) -> dict[TransportName, str]:
    """Addresses by transport. Raises ConfigurationError with the line of what is wrong."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _fault(source, mark.line if mark else 0, f"this can't be read. {HOW}") from None
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise _fault(source, node.start_mark.line, f"this isn't an address with its name. {HOW}")
    found: dict[TransportName, str] = {}
    for key, value in node.value:
        name, line = cast("TransportName", str(key.value)), key.start_mark.line
        if name not in TRANSPORTS:
            raise _fault(source, line, f"this is neither 'mail' nor 'community'. {HOW}")
        if not isinstance(value, yaml.ScalarNode) or not taken(name, value.value):
            kind = "mailto:// or mailtos://" if name == "mail" else "such as slack://"
            raise _fault(source, line, f"this is no address that apprise takes, {kind}")
        found[name] = value.value
    return found


def taken_by_apprise(name: TransportName, address: str) -> bool:
    """Whether something can be sent by an address. Raises ConfigurationError without apprise."""
    return _plugin(address, "somebody@example.org" if name == "mail" else "", "") is not None


def _fault(source: str, line: int, words: str) -> ConfigurationError:
    return ConfigurationError(f"{source}, line {line + 1}: {words}")


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ConfigurationError(f"{file} cannot be read ({why})") from None


def _send(through: str, address: str, letter: Letter) -> bool:
    import apprise

    plugin = _plugin(through, address, letter.id)
    if plugin is None:
        return False
    one = apprise.Apprise()
    one.add(plugin)
    return bool(
        one.notify(body=letter.text, title=letter.title, body_format=apprise.NotifyFormat.TEXT)
    )


def _plugin(through: str, address: str, letter_id: str) -> Any:
    """What apprise sends by; None where the address is none. With `address`, it is a mail to one
    person, and to nobody else whatever the operator's address says."""
    try:
        import apprise
        from apprise.plugins import url_to_dict
    except ImportError:
        raise ConfigurationError(f"apprise is missing: {EXTRA}") from None
    logging.getLogger("apprise").disabled = True  # it logs to whom it sends
    said: dict[str, Any] | None = url_to_dict(through)  # type: ignore[no-untyped-call]  # it has none
    if not said or (address and said["schema"] not in ("mailto", "mailtos")):
        return None
    if "headers" in said and letter_id:
        said["headers"] = {**(said["headers"] or {}), HEADER: letter_id}
    if address:
        said.update(targets=[address], cc="", bcc="", format="text")
    return apprise.Apprise.instantiate(said)
