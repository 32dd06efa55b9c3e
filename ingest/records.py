"""The records that the steps of ingest hand to each other.

All are frozen: a step returns new records and changes none. Every ``start`` and ``end``
is a half-open range of characters in the version's reading text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class SourceError(Exception):
    """A file of the corpus that cannot be used; the message names the file and the mend in one line."""


class UnfitError(SourceError):
    """A file that is no readable policy document: put aside with its reason, and the build goes on."""


@dataclass(frozen=True)
class Line:
    """A line of the reading text that is not blank, white space trimmed; noise within it is blanked out."""

    start: int
    end: int
    text: str
    indent: int  # columns of white space before the first character of the line
    after_blank: bool  # a blank line or the start of the text stands before it
    blanks: int = 0  # how many blank lines


@dataclass(frozen=True)
class Noise:
    """Characters of the source that are not the document, and the rule that says so."""

    start: int
    end: int
    rule: str
    reason: str


@dataclass(frozen=True)
class Doubt:
    """A place where the parser decided on incomplete evidence."""

    start: int
    end: int
    kind: str
    message: str
    eid: str | None = None


@dataclass(frozen=True)
class GridCell:
    """A cell of a table as the format draws it; ``row`` and ``column`` of its upper left corner."""

    start: int
    end: int
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    head: bool = False


@dataclass(frozen=True)
class Grid:
    """A table of the source, spans resolved; ``start`` to ``end`` holds the text of all its cells."""

    start: int
    end: int
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class Listed:
    """A list number that the format supplies (Word's lists) or prints otherwise than it shows (Markdown's 1. 1. 1.)."""

    start: int
    end: int
    num: int


@dataclass(frozen=True)
class Footnote:
    """A note at the foot of a page: where its mark stands in the text, and the note itself."""

    mark_start: int
    mark_end: int
    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """What a format tells beyond the text; spans are half-open ranges of the reading text."""

    noise: tuple[Noise, ...] = ()  # invisible text, reading aids, running titles
    grids: tuple[Grid, ...] = ()
    listed: tuple[Listed, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    links: tuple[tuple[int, int], ...] = ()
    outside: tuple[tuple[int, int], ...] = ()  # text that stands outside a page's main part
    furniture: tuple[tuple[int, int], ...] = ()  # menus, lists to choose from, the page's foot: by their very tags
    titles: tuple[str, ...] = ()  # what the format itself calls the title
    headings: Mapping[int, int] = field(default_factory=dict)  # where a heading begins -> its level, 1 the highest
    front: int = 0  # where front matter ends that the format tells apart from the text
    doubts: tuple[Doubt, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)  # what is no text or not to be read (picture, comment …) -> how many


@dataclass(frozen=True)
class Reading:
    """The reading text of one captured file: all its visible text, in order."""

    text: str
    media_type: str
    encoding: str
    sha256: str
    layout: Layout = Layout()


@dataclass(frozen=True)
class Fact:
    """A metadata value; without a span it is a curator's, and then it carries the reason."""

    field: str
    value: str
    start: int | None = None
    end: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Unit:
    """A provision: one structural unit that can be cited.

    ``start`` to ``end`` is the whole unit; ``start`` to ``own_end`` its own characters
    (marker and heading; for a leaf all of it). ``children`` are in the order of the text.
    """

    kind: str
    start: int
    own_end: int
    end: int
    number: str | None = None  # as printed
    num: int | None = None
    index: str = ""  # the number where it has more than one part: 4-1 of 第 4-1 條
    number_inferred: bool = False
    heading: str | None = None
    cells: tuple[str, ...] = ()  # of a row; of a box with a table: its column heads
    group_name: str | None = None  # of a row: the group heading it stands under
    children: tuple["Unit", ...] = ()
    eid: str = ""


@dataclass(frozen=True)
class Indicator:
    """A target that a table's row sets, its value in base units."""

    eid: str  # of the row
    box_eid: str
    group_name: str | None
    name: str
    part_of: str | None  # eid of the row that this one is a part (其中) of
    value: float
    value_text: str
    unit: str | None
    op: str  # = ≥ > ≤ <
    cumulative: bool | None  # None: the table does not say
    period: str | None
    nature: str | None
    seq: int


@dataclass(frozen=True)
class Parsed:
    """One version, parsed: every visible character is in a unit, a fact or noise."""

    reading: Reading
    units: tuple[Unit, ...]
    facts: tuple[Fact, ...]
    noise: tuple[Noise, ...]
    doubts: tuple[Doubt, ...]
    indicators: tuple[Indicator, ...] = field(default=())


@dataclass(frozen=True)
class Citation:
    """A document that a provision cites: 《…》 with or without its number."""

    eid: str
    start: int
    end: int
    title: str
    doc_number: str | None


@dataclass(frozen=True)
class Duty:
    """An agency that a bracket or a sentence makes responsible; ``role`` is lead or support, ``form`` bracket or sentence."""

    eid: str
    printed: str
    start: int
    end: int
    role: str
    seq: int
    form: str = "bracket"


@dataclass(frozen=True)
class Quantity:
    """A number with a unit in prose, in base units; ``kind`` tells a target from what is or what is paid."""

    eid: str
    start: int
    end: int
    text: str
    value: float
    value_to: float | None
    unit: str
    op: str  # = ≥ > ≤ < ≈
    kind: str  # target, existing, payment, limit, frequency, other
    subject: str | None
    year: str | None
    tentative: bool
