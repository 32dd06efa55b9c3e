"""Recognise the marker at the start of a line: what it looks like, not yet what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.records import Line
from ingest.rules import load_rules
from lang.numerals import read_integer

BULLET = re.compile(r"[•·●▪◆■◦‣]\s*")
# Not a half-width ? or !: they stand where a character was lost. Not before a closing quote: 说“好。”的
_SENTENCE_END = re.compile(r"[。！？](?=[^”’』」）)])")
_CLOSING = "。.；;：:!！"

# A run-on heading is short; one with a comma (加强领导,落实责任。) shorter still, because from
# some twenty characters on it is a sentence of the text that happens to stand first.
LONGEST_RUN_ON = 42
LONGEST_RUN_ON_WITH_COMMA = 22
LONGEST_HEADING_LINE = 60


@dataclass(frozen=True)
class MarkerClass:
    """A way of marking a level, from rules/markers.yml."""

    name: str
    rank: int
    kind: str
    eid: str
    example: str
    regex: re.Pattern[str]


@dataclass(frozen=True)
class Marker:
    """A marker found on a line; ``rest`` is the offset in the text where what follows it starts."""

    cls: MarkerClass
    printed: str
    num: int | None
    rest: int


@lru_cache(maxsize=None)
def marker_classes() -> dict[str, MarkerClass]:
    """Return the marker classes by name, in the order in which they are tried."""
    return {
        e["class"]: MarkerClass(e["class"], e["rank"], e["kind"], e["eid"], e["example"], re.compile(e["pattern"]))
        for e in load_rules("markers.yml")
    }


def recognise(line: Line) -> Marker | None:
    """Return the marker that a line starts with, if any."""
    for cls in marker_classes().values():
        match = cls.regex.match(line.text)
        if not match:
            continue
        printed_number = match.groupdict().get("number")
        num = read_integer(printed_number) if printed_number else None
        if printed_number and num is None:
            continue
        rest = match.end("mark")
        rest += len(line.text[rest:]) - len(line.text[rest:].lstrip())
        return Marker(cls, match["mark"].strip(), num, line.start + rest)
    return None


def split_heading(rest: str, *, titled: bool, followed: bool) -> tuple[str | None, int]:
    """Part what follows a marker into heading and text.

    ``titled`` is true for the kinds that as a rule have a heading (parts, clauses), false for those
    that need not (items, goals); ``followed`` where the unit goes on below this line.
    Returns the heading without its closing mark (None: all is text) and the length of what belongs
    to the heading, closing mark included.
    """
    if not rest:
        return None, 0
    end = _SENTENCE_END.search(rest)
    if end:
        first = rest[: end.start()]
        longest = LONGEST_RUN_ON_WITH_COMMA if re.search(r"[,，]", first) else LONGEST_RUN_ON
        if len(first) <= longest and not re.search(r"[;；:：]", first):
            return first, end.end()
        return None, 0
    # (一)年满十八周岁; is an element of a list, and 1.加强评价,完善体系。 with nothing below it a sentence.
    if len(rest) > LONGEST_HEADING_LINE or rest[-1] in ";；,，":
        return None, 0
    if titled:
        is_heading = followed or rest[-1] not in "。：:"
    else:
        is_heading = followed and rest[-1] not in "：:"
    return (rest.rstrip(_CLOSING), len(rest)) if is_heading else (None, 0)
