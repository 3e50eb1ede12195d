"""A page of docs/ as HTML: headings, paragraphs, lists, tables, `code`, **bold** and links. Nothing else is understood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)|&lt;(https?://[^\s&]+)&gt;")


@dataclass(frozen=True)
class Block:
    """kind: "h1", "h2", "h3", "p", "ul" or "table".  text: of headings and paragraphs.  rows: cells of a table (the first row is its
    head), or one cell a list item."""

    kind: str
    text: SafeString = field(default_factory=SafeString)
    rows: tuple[tuple[SafeString, ...], ...] = ()


def blocks(text: str) -> list[Block]:
    """The blocks of a Markdown text, in order."""
    found: list[Block] = []
    for is_blank, lines in groupby(text.splitlines(), key=lambda line: not line.strip()):
        if not is_blank:
            found += _read(list(lines))
    return found


def _read(lines: list[str]) -> Iterator[Block]:
    heading = re.match(r"(#{1,3}) (.*)", lines[0])
    if heading:
        yield Block(f"h{len(heading[1])}", inline(heading[2]))
        if lines[1:]:
            yield from _read(lines[1:])
    elif lines[0].startswith("|"):
        rows = [
            tuple(inline(cell.strip()) for cell in line.strip().strip("|").split("|"))
            for line in lines
            if not re.fullmatch(r"[|:\- ]+", line)
        ]
        yield Block("table", rows=tuple(rows))
    elif lines[0].startswith("- "):
        items = " ".join(line.strip() if not line.startswith("- ") else f"\n{line[2:]}" for line in lines).strip().split("\n")
        yield Block("ul", rows=tuple((inline(item.strip()),) for item in items))
    else:
        yield Block("p", inline(" ".join(line.strip() for line in lines)))


def inline(text: str) -> SafeString:
    """Escaped first, so that only the marks below can become tags."""
    safe = _BOLD.sub(r"<strong>\1</strong>", _CODE.sub(r"<code>\1</code>", escape(text)))
    return mark_safe(_LINK.sub(_anchor, safe))  # noqa: S308 - escaped above


def _anchor(match: re.Match[str]) -> str:
    words, address = (match[1], match[2]) if match[2] else (match[3], match[3])
    return f'<a href="{address}" rel="noopener">{words}</a>'
