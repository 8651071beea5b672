"""What people say of how to reach them: they give it, change it and take it back themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime

from ..domain import refusals
from ..domain.accounts import Accounts
from ..domain.channels import ChannelName, Reach, Said, of_accounts
from ..domain.messages import MessageName, Recipient
from ..domain.model import Viewer
from ..ledger.accounts import made_at
from ..storage import channels, outbox
from ..storage.ledger import Ledger


class Reachable:
    """The use cases. They raise RefusedError, HubError or LedgerError.

    `find` looks for the account that was made at a moment, whatever it is called by now.
    """

    def __init__(
        self,
        ledger: Ledger,
        now: Callable[[], datetime],
        find: Callable[[datetime], Awaitable[str]],
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._find = find
        self._all: tuple[Reach, ...] = ()
        self._muted: Mapping[str, frozenset[MessageName]] = {}
        self.version = 0

    @property
    def owners(self) -> frozenset[str]:
        """The accounts that said something, as they were called then."""
        return frozenset(each.account for each in self._all)

    def of(self, created: Mapping[str, str]) -> dict[str, Reach]:
        """What accounts have said; `created` is when each was made."""
        return of_accounts(self._all, created)

    @property
    def tellable(self) -> dict[str, frozenset[MessageName]]:
        """Who gave a mail address, with the kinds of messages that they have turned off."""
        gave = (_recipient(each).key for each in self._all if "email" in each.said)
        return {key: self._muted.get(key, frozenset()) for key in gave}

    def muted(self, viewer: Viewer) -> frozenset[MessageName]:
        """The kinds of messages that somebody has turned off."""
        return self._muted.get(Recipient(viewer.name, viewer.created).key, frozenset())

    def own(self, viewer: Viewer) -> Reach:
        """What somebody has said of themselves, which may be nothing."""
        found = self.of({viewer.name: viewer.created}) if viewer.kind == "user" else {}
        return found.get(viewer.name) or Reach(viewer.name, viewer.created, {})

    async def read(self) -> None:
        """Read what was said, here or at another replica."""
        found = tuple(await self._ledger.run(channels.read))
        off = await self._ledger.run(outbox.read_muted)
        if (found, off) != (self._all, self._muted):
            self._all, self._muted = found, off
            self.version += 1

    async def save(self, viewer: Viewer, said: Mapping[ChannelName, Said]) -> Reach:
        """Keep what somebody says of themselves, in place of what they said before."""
        if viewer.kind != "user":
            raise refusals.NO_PERSON()
        now = self._now()
        await self._ledger.run(channels.save, viewer.name, viewer.created, said, now)
        await self.read()
        return self.own(viewer)

    async def mute(self, viewer: Viewer, kinds: Collection[MessageName]) -> frozenset[MessageName]:
        """Keep which kinds of messages somebody doesn't want, in place of those of before."""
        if viewer.kind != "user":
            raise refusals.NO_PERSON()
        who = Recipient(viewer.name, viewer.created)
        await self._ledger.run(outbox.mute, who, kinds)
        await self.read()
        return self.muted(viewer)

    async def clear(self, accounts: Accounts) -> None:
        """What an account said that is gone goes with it; who was renamed keeps it."""
        for each in self._all:
            there = accounts.found.get(each.account)
            other = bool(there and each.created) and made_at(there) != each.created
            if each.account not in accounts.gone and not other:
                continue
            name = await self._find(datetime.fromisoformat(each.created)) if each.created else ""
            if name:
                await self._ledger.run(channels.rename, each, name)
            else:
                await self._ledger.run(channels.drop, each)
        await self.read()


def _recipient(reach: Reach) -> Recipient:
    return Recipient(reach.account, reach.created)
