"""What the tests read in the docs: pages, tables, and blocks of code with their place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A block of code in a page; `heading` is the one it stands below."""

    page: str
    line: int
    language: str
    heading: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def page(name: str) -> str:
    """The text of one page in docs/."""
    return (ROOT / "docs" / name).read_text()


def section(name: str, heading: str) -> str:
    """What stands below one heading of a page, up to the next of the same rank or higher."""
    text = page(name)
    mark = re.search(rf"^(#+) {re.escape(heading)}$", text, re.M)
    assert mark, f"docs/{name} has no heading '{heading}'"
    rest = text[mark.end() :]
    end = re.search(rf"^#{{1,{len(mark[1])}}} ", rest, re.M)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a text, heads left out."""
    lines = re.findall(r"^\| (.+) \|$", text, re.M)
    cells = [re.split(r" (?<!\\)\| ", line) for line in lines]
    heads = {i for i, line in enumerate(cells) if set(line) == {"---"}}
    return [line for i, line in enumerate(cells) if not heads & {i, i + 1}]


def named(text: str) -> set[str]:
    """What the first column of the tables in a text names, in backticks."""
    return {name for row in rows(text) for name in re.findall(r"`([^`]+)`", row[0])}


def blocks(*languages: str) -> list[Block]:
    """Every block of code in these languages."""
    found = []
    for path in PAGES:
        text = path.read_text()
        for match in FENCE.finditer(text):
            before = text[: match.start()]
            headings = re.findall(r"^#+ (.+)$", before, re.M)
            lines = match[3].splitlines()
            code = "\n".join(line.removeprefix(match[1]) for line in lines) + "\n"
            if match[2] in languages:
                line = before.count("\n") + 1
                found.append(Block(path.name, line, match[2], headings[-1], code))
    return found
