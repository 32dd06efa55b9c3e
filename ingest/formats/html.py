"""Read an HTML page or a piece of one: its text in order, its tables, what is hidden, what stands outside its main part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from ingest.formats.nest import OpenTable, close_table, is_data
from ingest.formats.writer import Span, Writer
from ingest.records import Grid, Layout, Noise
from ingest.rules import noise_rule

_UNSEEN = {"script", "style", "template", "head", "noscript", "title", "meta", "link", "object", "iframe", "canvas", "svg"}
_BLOCKS = set(
    "address article aside blockquote body caption center dd div dl dt fieldset figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section select table tbody"
    " td tfoot th thead title tr ul".split()
)
_FURNITURE = {"nav", "footer", "aside", "select", "button", "option"}
_WRAPPERS = {"html", "body", "div", "section", "article", "main", "form", "center", "table", "tbody", "tr", "td", "font", "span"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])", re.I)
# A block of more cells than this is a page's frame or rubbish, and one of more columns no table that is read.
_WIDEST_SPAN = 200
_TALLEST_SPAN = 65_534  # rows, as in browsers
_GROUPS = {"thead", "tbody", "tfoot"}
_BETWEEN_HAN = re.compile(r"(?<=[\u3000-\uffef])[ \t\r\n\f]+(?=[\u3000-\uffef])")
_OPENING_TAG = re.compile(r"""<(?P<name>[a-zA-Z][\w:-]*+)\s(?:[^>"']++|"[^"]*+"|'[^']*+')*+""")
_MOST_ATTRIBUTES = 2000
_MOST_TITLES = 20  # a page tells two or three
_LONGEST_TITLE = 1000  # characters
_SENTENCE = re.compile(r"[，。；！？]")
_MAIN_SHARE = 0.8
_BESIDE_SHARE = 0.02  # of the sentences that stand in paragraphs beside a frame: a page's own remarks have less
_ATTACHED = re.compile(r"(?m)^\s*附\s*[件表]")
_VEILED = 4  # times as many hidden sentences as shown ones: a script shows them


@dataclass
class _Table(OpenTable):
    """A table that is open, and the place that its next cell takes."""

    row: int = -1
    column: int = 0
    taken: dict[int, int] = field(default_factory=dict)  # column -> rows that a cell above still covers
    settled: int = 0  # cells of the row groups (thead, tbody, tfoot) that are closed
    is_new_group: bool = False

    def has_room(self, row: etree._Element) -> bool:
        """True where a row's cells fit in beside those that reach down from the group of rows before.

        A cell ends with its group for a browser; what an office program saves sets each row in a group of its own and means more.
        """
        own = sum(_number(cell.get("colspan"), _WIDEST_SPAN) for cell in row.iterchildren("td", "th"))
        width = max((column + columns for _, _, column, _, columns, _ in self.cells[:_WIDEST_SPAN]), default=0)
        return own + sum(rows > 1 for rows in self.taken.values()) <= width

    def end_group(self) -> None:
        """Let no cell reach beyond the rows so far."""
        self.taken = {}
        for at in range(self.settled, len(self.cells)):
            span, row, column, rows, *rest = self.cells[at]
            self.cells[at] = (span, row, column, min(rows, self.row - row + 1), *rest)
        self.settled = len(self.cells)


def read_html(markup: str) -> tuple[str, Layout]:
    """Return the text that a page shows, in order, a line break wherever a block element starts or ends, and its layout.

    What a style hides and the pinyin over a word are kept in the text and set apart as noise. Raises RecursionError for
    elements within elements beyond what the parser follows: it stops there, and what stands behind would be lost.
    """
    markup = re.sub(r"\A\s*<\?xml[^>]*\?>", "", markup).replace("\0", "")
    markup = _OPENING_TAG.sub(_bare_where_overloaded, markup)
    if not markup.strip():
        return "", Layout()
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return "", Layout()
    if parser.error_log.filter_from_fatals().filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT):
        raise RecursionError
    page = _Page()
    page.walk(root)
    return page.writer.text, page.layout(root)


def _bare_where_overloaded(tag: re.Match[str]) -> str:
    """A tag without its attributes where it has more than any page gives one.

    The parser compares each with all before it, and nothing can stop it meanwhile: a million take an hour.
    """
    if len(tag[0]) <= _MOST_ATTRIBUTES:
        return tag[0]
    signs = re.findall(r"[\s/=]", re.sub(r"\"[^\"]*\"|'[^']*'", "", tag[0]))  # what parts them; a picture's data has many
    return f"<{tag['name']} " if len(signs) > _MOST_ATTRIBUTES else tag[0]


def visible_text(markup: str) -> str:
    """Return only the text that a page shows."""
    return read_html(markup)[0]


class _Page:
    def __init__(self) -> None:
        self.writer = Writer()
        self.tables: list[_Table] = []
        self.grids: list[Grid] = []
        self.noise: list[tuple[Span, str]] = []
        self.links: list[Span] = []
        self.spans: dict[etree._Element, Span] = {}  # of the elements that may be the main part, and of furniture
        self.weights: dict[etree._Element, int] = {}  # characters in sentences that are shown
        self.veiled: dict[etree._Element, int] = {}  # and that a style hides
        self.hiding: list[etree._Element] = []  # the elements that hide what stands in them
        self.titles: list[str] = []
        self.unseen = 0
        self.closing: list[tuple[etree._Element, list[Span]]] = []

    def walk(self, root: etree._Element) -> None:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                self._start(element)
            else:
                self._end(element)

    def _start(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _UNSEEN:
            self.unseen += 1
            if tag == "title" and element.text and element.text.strip():
                self.titles.append(element.text.strip())
            if tag == "meta" and element.get("name", "").lower() == "articletitle" and element.get("content"):
                self.titles.append(element.get("content").strip())
            return
        if self.unseen:
            return
        spans: list[Span] = []
        if tag == "br":
            self.writer.end_line()
        elif tag in _BLOCKS:
            self.writer.end_line(2)
        if tag == "table":
            self.tables.append(_Table(self.writer.begin()))
        elif tag in _GROUPS and self.tables:
            self.tables[-1].is_new_group = True
        elif tag == "tr" and self.tables:
            table = self.tables[-1]
            if table.is_new_group and not table.has_room(element):
                table.end_group()
            table.is_new_group = False
            table.row += 1
            table.column = 0
            table.taken = {c: n - 1 for c, n in table.taken.items() if n > 1}
        elif tag in ("td", "th") and self.tables:
            spans.append(self._open_cell(element))
        if tag in _WRAPPERS or tag in _FURNITURE:
            self.spans[element] = self.writer.begin()
            spans.append(self.spans[element])
        if tag == "a" and element.get("href"):
            spans.append(self.writer.begin())
            self.links.append(spans[-1])
        rule = self._sets_apart(element)
        if rule:
            spans.append(self.writer.begin())
            self.noise.append((spans[-1], rule))
            if rule == "invisible-text":
                self.hiding.append(element)
        if spans:
            self.closing.append((element, spans))
        self._text(element.text, element)

    def _end(self, element: etree._Element) -> None:
        if element.tag in _UNSEEN:
            self.unseen -= 1
        elif not self.unseen:
            if self.closing and self.closing[-1][0] is element:
                for span in self.closing.pop()[1]:
                    self.writer.close(span)
            if element.tag == "table" and self.tables:
                table = self.tables.pop()
                table.end_group()
                self.writer.close(table.span)
                close_table(table, self.tables[-1] if self.tables else None, self.grids)
            if self.hiding and self.hiding[-1] is element:
                self.hiding.pop()
            if element.tag in _BLOCKS:
                self.writer.end_line(2)
        parent = element.getparent()
        if not self.unseen and parent is not None:
            for weights in (self.weights, self.veiled):
                if element in weights:
                    weights[parent] = weights.get(parent, 0) + weights[element]
            self._text(element.tail, parent)

    def _text(self, text: str | None, holder: etree._Element) -> None:
        if not text:
            return
        # In HTML a line break of the source is a space, and between Han characters not even that.
        if holder.tag != "pre":
            text = _BETWEEN_HAN.sub(lambda blanks: "" if "\n" in blanks[0] else blanks[0], text)
            text = re.sub(r"[ \t\r\n\f]+", " ", text)
        self.writer.write(text)
        weight = len(text) if _SENTENCE.search(text) else 0
        if weight and not any(span.is_open and not span.is_empty for span in self.links[-1:]):
            weights = self.veiled if self.hiding else self.weights
            weights[holder] = weights.get(holder, 0) + weight

    def _open_cell(self, element: etree._Element) -> Span:
        table = self.tables[-1]
        span = self.writer.begin()
        table.row = max(table.row, 0)
        while table.taken.get(table.column):
            table.column += 1
        rows, columns = _number(element.get("rowspan"), _TALLEST_SPAN, all_=_TALLEST_SPAN), _number(element.get("colspan"), _WIDEST_SPAN)
        table.cells.append((span, table.row, table.column, rows, columns, element.tag == "th"))
        if rows > 1:
            # Counted down at the start of each row, this one's included in ``rows``. Beyond the widest table that
            # is read no place is kept: rows of one tall cell each would move the next row's ever further out.
            table.taken.update({table.column + i: rows for i in range(columns) if table.column + i <= _WIDEST_SPAN})
        table.column += columns
        return span

    def _sets_apart(self, element: etree._Element) -> str | None:
        if element.tag in ("rt", "rp"):
            return "pinyin-aid"
        if element.tag in ("html", "body"):
            return None  # hidden until a script has run: <body style="visibility: hidden"> of a province's platform
        if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
            return "invisible-text"
        return None

    def layout(self, root: etree._Element) -> Layout:
        if self.veiled.get(root, 0) > max(100, _VEILED * self.weights.get(root, 0)):
            # What a page hides holds its text: a script shows it.
            self.noise = [(span, rule) for span, rule in self.noise if rule != "invisible-text"]
            for element, weight in self.veiled.items():
                self.weights[element] = self.weights.get(element, 0) + weight
        main = self._main(root)
        outside: list[tuple[int, int]] = []
        if main is not None and (span := self.spans.get(main)) and span.start is not None:
            if span.start > 0:
                outside.append((0, span.start))
            if span.end < self.writer.length:
                outside.append((span.end, self.writer.length))
        furniture = [
            (span.start, span.end)
            for element, span in self.spans.items()
            if element.tag in _FURNITURE and span.start is not None
        ]
        noise = []
        for span, rule in self.noise:
            if span.start is not None:
                noise.append(Noise(span.start, span.end, rule, noise_rule(rule).reason))
        return Layout(
            noise=tuple(sorted(_without_nested(noise), key=lambda n: n.start)),
            grids=tuple(sorted(self.grids, key=lambda g: g.start)),
            links=tuple((s.start, s.end) for s in self.links if s.start is not None),
            outside=tuple(sorted(outside)),
            furniture=tuple(sorted(furniture)),
            titles=tuple(dict.fromkeys(" ".join(title[:_LONGEST_TITLE].split()) for title in self.titles))[:_MOST_TITLES],
        )

    def _main(self, root: etree._Element) -> etree._Element | None:
        """The innermost frame that holds nearly all of the page's sentences; None where there are hardly any."""
        current, whole = root, self.weights.get(root, 0)
        if whole < 100:
            return None
        while True:
            children = [child for child in current if isinstance(child.tag, str)]
            # Where sentences stand beside the frame, the frame is no longer the page's but the document's;
            # a page's own <p> for links and <h1> for its name say nothing.
            children = [child for child in children if child.tag in _WRAPPERS]
            beside = self.weights.get(current, 0) - sum(self.weights.get(child, 0) for child in children)
            if beside > _BESIDE_SHARE * whole and current is not root:
                return current
            heaviest = max(children, key=lambda child: self.weights.get(child, 0), default=None)
            if heaviest is None or self.weights.get(heaviest, 0) < whole * _MAIN_SHARE or heaviest.tag in ("span", "font"):
                return current
            if current is not root and (self._goes_on(current, heaviest) or self._is_data(heaviest)):
                return current
            current = heaviest

    def _is_data(self, element: etree._Element) -> bool:
        """True for a table of data that holds a page's sentences: its title stands above it, its heads in rows of their own."""
        span = self.spans.get(element)
        grid = next((g for g in self.grids if span is not None and element.tag == "table" and g.start == span.start), None)
        return grid is not None and is_data(grid)

    def _goes_on(self, frame: etree._Element, child: etree._Element) -> bool:
        """True where the document goes on in the frame behind its heaviest child: forms and tables hold no sentences."""
        outer, inner = self.spans.get(frame), self.spans.get(child)
        if outer is None or inner is None or inner.start is None:
            return False
        if any(inner.end <= grid.start < outer.end for grid in self.grids):
            return True
        return _ATTACHED.search(self.writer.text[inner.end : outer.end]) is not None


def _number(given: str | None, most: int, all_: int = 1) -> int:
    """A span as a browser takes it; 0 rows are all that are left of the group."""
    match = re.match(r"\s*(\d{1,6})", given or "")
    return min(int(match[1]), most) or all_ if match else 1


def _without_nested(noise: list[Noise]) -> list[Noise]:
    kept: list[Noise] = []
    for one in sorted(noise, key=lambda n: (n.start, -n.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
