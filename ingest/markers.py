"""Recognise the marker at the start of a line: what it looks like, not yet what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.records import Line
from ingest.rules import load_rules
from lang.numerals import read_integer

BULLET = re.compile(r"[•·●▪◆■◦‣]\s*")
# Not a half-width ? or !: they stand where a character was lost. Not before a closing quote: 说“好。”的
_SENTENCE_END = re.compile(r"[。！？](?=[^”’』」）)])")
_GAP_AFTER_HEADING = re.compile(r"(?P<heading>[\u4e00-\u9fff“”《》、]{4,24})[ \u3000\u00a0]+(?=[\u4e00-\u9fff“《]{2}\S{12,})")
_CLOSING = "。.；;：:!！"

# A run-on heading is short; one with a comma (加强领导,落实责任。) shorter still, because from
# some twenty characters on it is a sentence of the text that happens to stand first.
LONGEST_RUN_ON = 42
LONGEST_RUN_ON_WITH_COMMA = 22
LONGEST_HEADING_LINE = 60
LONGEST_SKIP = 4  # numbers that an author leaves out of a list
# A heading without a sentence's marks, and no figure with its unit: 2.5微米, 3.4万人.
_BARE_HEADING = re.compile(r"(?![万亿个人元名家吨米微毫平倍%％‰])[^，。；：,;:！？\d]{2,20}")


@dataclass(frozen=True)
class MarkerClass:
    """A way of marking a level, from rules/markers.yml; ``weak`` ones need the run of the numbers for them."""

    name: str
    rank: float
    kind: str
    eid: str
    example: str
    regex: re.Pattern[str]
    weak: bool = False


@dataclass(frozen=True)
class Marker:
    """A marker found on a line; ``rest`` is the offset in the text where what follows it starts.

    ``index`` is the number where it has more than one part: 4-1 of 第 4-1 條, 1.2 of an outline's 1.2.
    """

    cls: MarkerClass
    printed: str
    num: int | None
    rest: int
    index: str = ""

    @property
    def is_outline(self) -> bool:
        """True for 4.1 and for 4 of an outline: what follows belongs to it, be it a table or a paragraph without a number."""
        return self.cls.name == "whole" or self.cls.name.startswith("decimal")


@lru_cache(maxsize=None)
def marker_patterns() -> tuple[MarkerClass, ...]:
    """Return the ways of marking in the order in which they are tried; a class may have several."""
    return tuple(
        MarkerClass(e["class"], e["rank"], e["kind"], e["eid"], e["example"], re.compile(e["pattern"]), e.get("weak", False))
        for e in load_rules("markers.yml")
    )


@lru_cache(maxsize=None)
def marker_classes() -> dict[str, MarkerClass]:
    """Return the marker classes by name, each by its usual form."""
    classes: dict[str, MarkerClass] = {}
    for cls in marker_patterns():
        classes.setdefault(cls.name, cls)
    return classes


def recognise(line: Line) -> Marker | None:
    """Return the marker that a line starts with, if any; a weak one only looks like one."""
    # Every marker opens with one of these; most lines do not.
    if line.text[:1] not in _OPENINGS and not line.text[:1].isdigit():
        return None
    for cls in marker_patterns():
        match = cls.regex.match(line.text)
        if not match:
            continue
        groups = match.groupdict()
        printed_number = groups.get("number") or groups.get("number2")
        index = ""
        if cls.kind == "table":
            num, index = _table_number(f"{printed_number or ''}{groups['subs'] or ''}")
        elif cls.name.startswith("decimal") and printed_number:
            parts = re.split("[.．]", printed_number)
            num, index = int(parts[-1]), ".".join(str(int(part)) for part in parts)
        else:
            letter = groups.get("letter")
            num = read_integer(re.sub(r"\s", "", printed_number)) if printed_number else None
            num = ord(letter.lower()) - ord("a") + 1 if letter else num
            if printed_number and num is None:
                continue
            sub = groups.get("sub") or groups.get("sub2")
            if sub:
                index = f"{num}-{read_integer(sub)}"
        rest = match.end("mark")
        rest += len(line.text[rest:]) - len(line.text[rest:].lstrip())
        return Marker(cls, match["mark"].strip(), num, line.start + rest, index)
    return None


def _table_number(printed: str) -> tuple[int | None, str]:
    """The first number of a table's label, and all of them where it has several or a letter: a-1-2 of 表A.1-2, 1-2 of 表一之二."""
    parts = re.findall(r"[A-Z]|\d+|[一二三四五六七八九十]+", printed)
    numbers = [read_integer(part) if not part.isascii() or part.isdigit() else part.lower() for part in parts]
    if not numbers:
        return None, ""
    first = numbers[0]
    num = ord(first) - ord("a") + 1 if isinstance(first, str) else first
    return num, "-".join(map(str, numbers)) if len(numbers) > 1 or isinstance(first, str) else ""


_OPENINGS = set("壹贰貳叁參肆伍陆陸柒捌玖拾abcdefghABCDEFGH续續附第(（—－─-专專表备備注註〇一二三四五六七八九十百㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")


Scanned = Sequence[tuple[Line, Marker | None]]


def screen(scanned: Scanned) -> list[tuple[Line, Marker | None]]:
    """Return the lines with their markers, weak ones kept only where the run of the numbers wants them.

    2.5 of 2.5微米 and 20 of 20.2026年 are no markers; 20. after 19. is one, and 1.2 where 1.1 stands before it.
    """
    decimals = _runs_of_decimals(scanned)
    screened: list[tuple[Line, Marker | None]] = []
    last = 0  # number of the last item since a higher marker
    whole = 0  # and of an outline's first level
    letter = 0  # and of the last letter since a marker that is none
    chain = _whole_numbers(scanned, decimals) if decimals else set()
    ahead = _next_items(scanned)
    after = _next_markers(scanned)
    for position, (line, marker) in enumerate(scanned):
        if marker is not None and marker.cls.weak:
            if marker.cls.name.startswith("decimal"):
                keep = decimals is not None and (marker.index in decimals)
            elif marker.cls.name == "letter":
                following = after[position]
                second = following is not None and following.cls.name == "letter" and following.num == 2
                keep = marker.num == letter + 1 and (letter > 0 or second)
            elif re.search(r"[.．、]\Z", marker.printed):
                # 1.2022年… after a heading is the first of a list where 2. comes next.
                keep = marker.num == last + 1 and (last > 0 or ahead[position] == 2)
            else:
                # 3 附则 after 2 and 2.1 goes on with the outline, though nothing stands below it.
                goes_on = f"{whole}.1" in (decimals or ()) and len(line.text) <= 20 and not re.search(r"[，。；：,;:]", line.text)
                keep = position in chain or (
                    decimals is not None and marker.num == whole + 1 and (f"{marker.num}.1" in decimals or goes_on)
                )
            marker = marker if keep else None
        if marker is not None:
            letter = (marker.num or 0) if marker.cls.name == "letter" else 0
        if marker is not None and marker.cls.name == "item":
            last = marker.num or 0
        elif marker is not None and marker.cls.rank < 7 and marker.cls.kind not in ("box", "table", "note", "goal"):
            last = 0
            whole = (marker.num or 0) if marker.cls.name == "whole" else whole
        screened.append((line, marker))
    return screened


def _next_markers(scanned: Scanned) -> list[Marker | None]:
    """For each line the next marker after it."""
    following: list[Marker | None] = []
    upcoming: Marker | None = None
    for _, marker in reversed(scanned):
        following.append(upcoming)
        upcoming = marker or upcoming
    return following[::-1]


def _next_items(scanned: Scanned) -> list[int | None]:
    """For each line the number of the next item after it, before any higher marker."""
    following: list[int | None] = []
    upcoming: int | None = None
    for _, marker in reversed(scanned):
        following.append(upcoming)
        if marker is not None and marker.cls.name == "item":
            upcoming = marker.num
        elif marker is not None and marker.cls.rank < 7:
            upcoming = None
    return following[::-1]


def _whole_numbers(scanned: Scanned, decimals: set[str]) -> set[int]:
    """Indexes of the lines that are an outline's first level: 1 范围, 2 引用文件, 3 术语 before 3.1.

    The first ones have nothing below them; what tells is that short headings count from one without a gap up to a
    number that has (3.1), each such number before what stands below it. 1 and 2 of a list of six that ends there are none.
    """
    run: list[int] = []
    chain: set[int] = set()
    num = 0
    opened: set[str] = set()  # first parts of the decimals that have come
    told = False
    for position, (line, marker) in enumerate(scanned):
        if marker is not None and marker.cls.name.startswith("decimal") and marker.index in decimals:
            head = marker.index.split(".")[0]
            told = told or head == str(num)
            opened.add(head)
            continue
        if marker is None or marker.cls.name != "whole":
            continue
        if not _BARE_HEADING.fullmatch(line.text[marker.rest - line.start :]) or str(marker.num) in opened:
            continue
        if marker.num == num + 1:
            run.append(position)
            num += 1
        elif marker.num == 1:
            chain |= set(run) if told else set()
            run, num, told = [position], 1, False
    return chain | (set(run) if told else set())


def _runs_of_decimals(scanned: Sequence[tuple[Line, Marker | None]]) -> set[str] | None:
    """The indexes that follow each other as an outline's do: 1.1, 1.2, 1.2.1, 2.1; None where there is no such run.

    An author leaves one out (3.4 after 3.1): a short heading goes on with the list that is open, 3.4万人 does not.
    """
    seen: set[str] = set()
    last: dict[str, int] = {}  # of each list the last number
    for line, marker in scanned:
        if marker is None or not marker.cls.name.startswith("decimal"):
            continue
        head, _, tail = marker.index.rpartition(".")
        first = tail == "1" and ("." not in head or head in seen)
        rest = line.text[marker.rest - line.start :]
        skips = 1 < int(tail) - last.get(head, 99) <= LONGEST_SKIP and _BARE_HEADING.fullmatch(rest) is not None
        if first or skips or f"{head}.{int(tail) - 1}" in seen:
            seen.add(marker.index)
            last[head] = int(tail)
    return seen if len(seen) >= 3 else None


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
    gap = _GAP_AFTER_HEADING.match(rest) if titled else None
    if end and gap and gap.end() < end.start():
        # 三、保障措施 各级要加强领导，…: what a page set on two lines stands on one, with a blank between.
        return gap["heading"], len(gap["heading"])
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
