"""Read an HTML page or a piece of one: its text in order, its tables, what is hidden, what stands outside its main part."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from ingest.formats.writer import Span, Writer
from ingest.records import Grid, GridCell, Layout, Noise
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
_BETWEEN_HAN = re.compile(r"(?<=[\u3000-\uffef])[ \t\r\n\f]+(?=[\u3000-\uffef])")
_OPENING_TAG = re.compile(r"""<(?P<name>[a-zA-Z][\w:-]*+)\s(?:[^>"']++|"[^"]*+"|'[^']*+')*+""")
_MOST_ATTRIBUTES = 2000
_MOST_TITLES = 20  # a page tells two or three
_LONGEST_TITLE = 1000  # characters
MOST_INNER = 50
LEAST_ROWS = 3  # of a table of data
LONGEST_INNER = 300  # characters of a table that stands in another's cell
_SENTENCE = re.compile(r"[，。；！？]")
_MAIN_SHARE = 0.8
_BESIDE_SHARE = 0.02  # of the sentences that stand in paragraphs beside a frame: a page's own remarks have less
_ATTACHED = re.compile(r"(?m)^\s*附\s*[件表]")
_VEILED = 4  # times as many hidden sentences as shown ones: a script shows them


_NO_GRID = Grid(0, 0, ())  # of an inner table of one column


@dataclass
class _Table:
    """A table that is open; ``inner`` are the grids of the tables inside it, None where one of them is more than a cell's."""

    span: Span
    inner: list[Grid] | None = field(default_factory=list)
    row: int = -1
    column: int = 0
    taken: dict[int, int] = field(default_factory=dict)  # column -> rows that a cell above still covers
    cells: list[tuple[Span, int, int, int, int, bool]] = field(default_factory=list)


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
        elif tag == "tr" and self.tables:
            table = self.tables[-1]
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
                self._close_table(self.tables.pop())
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
        rows, columns = _number(element.get("rowspan")), _number(element.get("colspan"))
        table.cells.append((span, table.row, table.column, rows, columns, element.tag == "th"))
        if rows > 1:
            # Counted down at the start of each row, this one's included in ``rows``. Beyond the widest table that
            # is read no place is kept: rows of one tall cell each would move the next row's ever further out.
            table.taken.update({table.column + i: rows for i in range(columns) if table.column + i <= _WIDEST_SPAN})
        table.column += columns
        return span

    def _close_table(self, table: _Table) -> None:
        self.writer.close(table.span)
        outer = self.tables[-1] if self.tables else None
        grid = self._grid_of(table)
        if outer is not None and outer.inner is not None:
            # A table of some words may stand in a cell of another; one that holds text makes the outer one a page's frame.
            small = table.inner == [] and table.span.end - (table.span.start or 0) <= LONGEST_INNER
            if small and len(outer.inner) < MOST_INNER:
                outer.inner.append(grid or _NO_GRID)
            else:
                outer.inner = None
        if grid is not None:
            while table.inner and self.grids and any(self.grids[-1] is one for one in table.inner):
                self.grids.pop()  # what stands in a cell was found last
            self.grids.append(grid)

    def _grid_of(self, table: _Table) -> Grid | None:
        columns = {column for _, _, column, *_ in table.cells}
        if table.inner is None or table.span.start is None or len(columns) < 2:
            return None
        cells = tuple(
            # An empty cell has a place in its row and none in the text.
            GridCell(span.start if span.start is not None else -1, span.end if span.start is not None else -1, row, column, *rest)
            for span, row, column, *rest in table.cells
        )
        if table.inner:
            # A frame has few cells and long ones.
            rows = Counter(cell.row for cell in cells if cell.start >= 0)
            if sum(count > 1 for count in rows.values()) < LEAST_ROWS or max(cell.end - cell.start for cell in cells) > LONGEST_INNER:
                return None
        return Grid(table.span.start, table.span.end, cells)

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
        if grid is None or max(cell.end - cell.start for cell in grid.cells) > LONGEST_INNER:
            return False
        rows = Counter(cell.row for cell in grid.cells if cell.start >= 0)
        return sum(count > 1 for count in rows.values()) >= LEAST_ROWS

    def _goes_on(self, frame: etree._Element, child: etree._Element) -> bool:
        """True where the document goes on in the frame behind its heaviest child: forms and tables hold no sentences."""
        outer, inner = self.spans.get(frame), self.spans.get(child)
        if outer is None or inner is None or inner.start is None:
            return False
        if any(inner.end <= grid.start < outer.end for grid in self.grids):
            return True
        return _ATTACHED.search(self.writer.text[inner.end : outer.end]) is not None


def _number(given: str | None) -> int:
    match = re.match(r"\s*(\d{1,4})", given or "")
    return min(max(int(match[1]), 1), _WIDEST_SPAN) if match else 1


def _without_nested(noise: list[Noise]) -> list[Noise]:
    kept: list[Noise] = []
    for one in sorted(noise, key=lambda n: (n.start, -n.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
