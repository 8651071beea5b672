"""What a page of the hub shows of ours, so that no page shows a part of it twice."""

from __future__ import annotations


class Parts:
    """The parts of ours on one page, as far as it has been rendered."""

    def __init__(self) -> None:
        self._shown: set[str] = set()

    def once(self, part: str) -> bool:
        """Whether nothing on this page has asked for a part before: then it is to be shown."""
        if part in self._shown:
            return False
        self._shown.add(part)
        return True
