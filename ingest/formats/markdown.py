"""Read Markdown: the text as it is shown, its lists, its tables; front matter as it stands."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.formats.writer import Span, Writer
from ingest.records import Grid, GridCell, Layout, Listed

# What a site's generator makes of Markdown and shows none of: ::: tip 标题 … :::, @tab 标题, [[toc]], {align="center"}.
_CONTAINER = re.compile(r"[ \t]*:{3,}[ \t]*(?:[A-Za-z][\w-]*)?[ \t]*(?P<title>[^\n]*)")
_TAB = re.compile(r"[ \t]*@tab(?::\w+)?[ \t]+(?P<title>[^\n]*)")
_TOC = re.compile(r"[ \t]*\[\[?toc\]\]?[ \t]*", re.I)
_ATTRIBUTES = re.compile(r"[ \t]*\{(?:[.#][\w-]+|[\w-]+=)[^{}\n]{0,200}\}[ \t]*\Z")
_CONTENTS = re.compile(r"目\s*[录錄次]")
_BEGIN, _END = "<!-- contents -->", "<!-- /contents -->"
_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)


def read_markdown(source: str) -> tuple[str, Layout]:
    """Return the text that Markdown shows, and its layout.

    A list's number is kept as it is written (1. 1. 1.) and its shown value recorded. Links lose their
    targets, comments are left out; a paragraph's line breaks stay where it has them for a reader.
    """
    page = _Page()
    front = _FRONT.match(source)
    if front:
        for line in front["yaml"].splitlines():
            page.writer.write(line.strip())
            page.writer.end_line()
        page.front = page.writer.length
        page.writer.end_line(2)
        source = source[front.end() :]
    page.blocks(MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").parse(_without_directives(source)))
    return page.writer.text, page.layout()


def _without_directives(source: str) -> str:
    """Return Markdown without what a site's generator reads of it: of a container its title is shown, of attributes nothing.

    A container called 目录 is marked: it lists links into the page, which are no text. It ends with the first line that
    closes one, or with a heading, whatever an author forgot to close.
    """
    lines: list[str] = []
    listing = fenced = False
    for line in source.split("\n"):
        container = _CONTAINER.fullmatch(line)
        tab = None if container else _TAB.fullmatch(line)
        fenced ^= line.lstrip().startswith("```")
        if fenced:
            lines.append(line)
        elif container is not None:
            title = container["title"].strip()
            opens = _CONTENTS.fullmatch(title) is not None and not listing
            closes = listing and not title and not re.search("[A-Za-z]", line)
            lines += ["", *([_BEGIN, ""] if opens else []), title, *(["", _END] if closes else []), ""]
            listing = (listing or opens) and not closes
        elif tab is not None:
            lines += ["", tab["title"].strip(), ""]
        elif _TOC.fullmatch(line):
            lines.append("")
        else:
            if listing and re.match(r" {0,3}#{1,6}\s", line):
                lines += ["", _END, ""]
                listing = False
            lines.append(_ATTRIBUTES.sub("", line) if line.rstrip().endswith("}") else line)
    return "\n".join([*lines, *(["", _END] if listing else [])])


class _Page:
    def __init__(self) -> None:
        self.writer = Writer()
        self.front = 0
        self.lists: list[int | None] = []  # the next number of each open list, None for bullets
        self.listed: list[tuple[Span, int]] = []
        self.links: list[Span] = []
        self.contents: list[tuple[int, int]] = []  # lists of links into the page, from where to where
        self.titles: list[str] = []
        self.headings: list[tuple[Span, int]] = []
        self.grids: list[Grid] = []
        self.cells: list[tuple[Span, int, int, bool]] = []
        self.row = self.column = -1
        self.cell: Span | None = None

    def blocks(self, tokens: list[Token]) -> None:
        in_item = False  # the first paragraph of a list's item stands on the line of its number
        for position, token in enumerate(tokens):
            kind = token.type
            if kind == "paragraph_open" and in_item:
                in_item = False
                continue
            in_item = kind == "list_item_open"
            if kind in ("heading_open", "paragraph_open", "blockquote_open", "tr_open", "fence", "code_block", "hr"):
                self.writer.end_line(1 if kind == "paragraph_open" and token.hidden else 2)
            if kind in ("ordered_list_open", "bullet_list_open"):
                self.lists.append(int(token.attrGet("start") or 1) if kind == "ordered_list_open" else None)
            elif kind in ("ordered_list_close", "bullet_list_close"):
                self.lists.pop()
                self.writer.end_line(2)
            elif kind == "list_item_open":
                self._item(token)
            elif kind == "inline":
                opening = tokens[position - 1] if position else None
                if opening is not None and opening.type == "heading_open":
                    span = self.writer.begin()
                    self._inline(token.children or [])
                    self.headings.append((self.writer.close(span), int(opening.tag[1:])))
                    if opening.tag == "h1":
                        self.titles.append(token.content.strip())
                else:
                    self._inline(token.children or [])
            elif kind in ("heading_close", "paragraph_close"):
                self.writer.end_line(1 if token.hidden else 2)
            elif kind in ("fence", "code_block"):
                for line in token.content.splitlines():
                    self.writer.write(line.strip())
                    self.writer.end_line()
            elif kind == "html_block":
                self._html(token.content)
            elif kind == "table_open":
                self.cells, self.row = [], -1
            elif kind == "tr_open":
                self.row, self.column = self.row + 1, -1
            elif kind in ("th_open", "td_open"):
                self.writer.end_line(2)
                self.cell = self.writer.begin()
                self.column += 1
                self.cells.append((self.cell, self.row, self.column, kind == "th_open"))
            elif kind in ("th_close", "td_close") and self.cell is not None:
                self.writer.close(self.cell)
            elif kind == "table_close":
                self._close_table()

    def _item(self, token: Token) -> None:
        self.writer.end_line()
        number = self.lists[-1] if self.lists else None
        if number is None:
            self.writer.write("• ")
            return
        span = self.writer.begin()
        self.writer.write(f"{token.info}{token.markup}")
        self.writer.close(span)
        self.writer.write(" ")
        self.listed.append((span, number))
        self.lists[-1] = number + 1

    def _inline(self, tokens: list[Token]) -> None:
        links: list[Span] = []
        for token in tokens:
            if token.type in ("text", "code_inline"):
                self.writer.write(re.sub(r"[\n\r]+", " ", token.content))
            elif token.type in ("softbreak", "hardbreak"):
                # Chinese is not written with blanks: a line of its own in the source is one for the reader.
                self.writer.end_line()
            elif token.type == "link_open":
                links.append(self.writer.begin())
                if (token.attrGet("href") or "").startswith("#"):
                    self.links.append(links[-1])
            elif token.type == "link_close" and links:
                self.writer.close(links.pop())
            elif token.type == "image":
                self.writer.write(token.content)

    def _html(self, markup: str) -> None:
        if markup.strip() == _BEGIN:
            self.contents.append((self.writer.length, self.writer.length))
        elif markup.strip() == _END and self.contents:
            self.contents[-1] = (self.contents[-1][0], self.writer.length)
        from ingest.formats.html import visible_text

        for line in visible_text(markup).splitlines():
            self.writer.write(line)
            self.writer.end_line()

    def _close_table(self) -> None:
        shown = [span for span, *_ in self.cells if span.start is not None]
        self.writer.end_line(2)
        if len(shown) < 4:
            return
        self.grids.append(
            Grid(
                min(s.start or 0 for s in shown),
                max(s.end for s in shown),
                tuple(
                    GridCell(
                        s.start if s.start is not None else -1, s.end if s.start is not None else -1, row, column, head=head
                    )
                    for s, row, column, head in self.cells
                ),
            )
        )

    def layout(self) -> Layout:
        return Layout(
            grids=tuple(self.grids),
            listed=tuple(Listed(s.start, s.end, num) for s, num in self.listed if s.start is not None),
            links=tuple((s.start, s.end) for s in self.links if s.start is not None),
            furniture=tuple(span for span in self.contents if span[0] < span[1]),
            titles=tuple(self.titles),
            front=self.front,
            headings={span.start: level for span, level in self.headings if span.start is not None},
        )
