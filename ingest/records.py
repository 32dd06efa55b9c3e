"""The records that the steps of ingest hand to each other.

All are frozen: a step returns new records and changes none. Every ``start`` and ``end``
is a half-open range of characters in the version's reading text.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class SourceError(Exception):
    """A file of the corpus that cannot be used; the message names the file and the mend in one line."""


@dataclass(frozen=True)
class Reading:
    """The reading text of one captured file: all its visible text, in order."""

    text: str
    media_type: str
    encoding: str
    sha256: str


@dataclass(frozen=True)
class Line:
    """A line of the reading text that is not blank, white space trimmed."""

    start: int
    end: int
    text: str
    indent: int  # columns of white space before the first character of the line
    after_blank: bool  # a blank line or the start of the text stands before it


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
