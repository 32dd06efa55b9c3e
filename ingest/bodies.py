"""Find where a text of its own begins within a file: an annex, or a second regulation under the same notice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ingest.markers import Marker, recognise
from ingest.records import Line
from ingest.rules import load_rules

LONGEST_ANNEX_LABEL = 60
LONGEST_TITLE_LINE = 50
_NO_TITLE = re.compile(r"[。；;，,：:|？！]")
_OPENING = ("book", "division", "chapter", "part", "article")


@lru_cache(maxsize=None)
def title_pattern() -> re.Pattern[str]:
    """Return what a title looks like: it ends in a word for a kind of document, a remark in brackets aside."""
    return re.compile(rf"(?P<body>.{{2,}}?(?P<type>{kinds()}))(?:[(（][^()（）]{{1,24}}[)）])?\Z")


def kinds(*, loose: bool = False) -> str:
    """Return a pattern for the words that titles end in, the longest first; with ``loose`` those too that end many a line."""
    entries = [e for e in load_rules("types.yml") if loose or not e.get("loose")]
    before = {e["name"]: f"(?<![{e['not_after']}])" if e.get("not_after") else "" for e in entries}
    return "|".join(before[name] + name for name in sorted(before, key=len, reverse=True))


def is_annex(line: Line, marker: Marker, following: Line | None = None) -> bool:
    """True for 附件1 and 附件1 名单, false for 附件:1.名单, which lists what is attached.

    With a colon it is an annex only where its title stands on the line below: 附件2： / 评估细则.
    """
    if marker.cls.name != "annex" or len(line.text) > LONGEST_ANNEX_LABEL:
        return False
    if marker.printed.endswith((":", "：")):
        below = recognise(following) if following is not None else None
        return (
            marker.rest >= line.end
            and following is not None
            and below is None
            and len(following.text) <= LONGEST_TITLE_LINE
            and not _NO_TITLE.search(following.text)
            and not re.match(r"\d{1,2}\s*[.．、]|.*\.(?:docx?|xlsx?|pdf|wps|rar|zip)\b", following.text, re.I)
        )
    return not re.search(r"[。；;:：]\Z|《.*》.{0,4}所列|\.(?:docx?|xlsx?|pdf|wps|rar|zip)\b", line.text, re.I) and not re.match(
        r"附\s*件\s*(?:列表|下载)", line.text
    )


def close_up(text: str) -> str:
    """Close up a letter-spaced title (国 务 院 工 作 规 则); blanks between words stay."""
    if re.fullmatch(r"\S(?:\s+\S)+", text.strip()):
        return re.sub(r"\s+", "", text)
    return text


def annex_starts(lines: Sequence[Line], head_end: int) -> list[int]:
    """Indexes of the lines at which an annex begins."""
    return [
        index
        for index, line in enumerate(lines)
        if line.text[:1] == "附" and (marker := recognise(line)) is not None and is_annex(line, marker, lines[index + 1] if index + 1 < len(lines) else None)
    ]


def find_bodies(lines: Sequence[Line], head_end: int, quoted: set[str]) -> list[tuple[int, int]]:
    """Indexes at which a second text begins under a title without a number, and how many lines the title takes.

    There the numbers begin anew (一、 after 九、, 第一条 after 第二十条) below a line that is a title: one
    that the head quotes, or one that ends as titles do.
    """
    own = title_pattern()
    bodies: list[tuple[int, int]] = []
    last: dict[str, int] = {}
    in_annex = False
    annexes = set(annex_starts(lines, head_end))
    for index in range(head_end, len(lines)):
        marker = recognise(lines[index])
        if marker is None or marker.num is None:
            in_annex = in_annex or index in annexes
            continue
        if index in annexes:
            in_annex, last = True, {}
        name = marker.cls.name
        if name not in _OPENING:
            continue
        if marker.num == 1 and last.get(name, 0) >= 2 and not in_annex:
            title = _title_above(lines, index, head_end, quoted, own)
            if title is not None:
                bodies.append(title)
                last = {}
        last[name] = marker.num
    return bodies


def _title_above(
    lines: Sequence[Line], index: int, head_end: int, quoted: set[str], own: re.Pattern[str]
) -> tuple[int, int] | None:
    # Between the title and 一、 may stand a date in brackets and an opening paragraph or two.
    ended: tuple[int, int] | None = None
    for above in range(index - 1, max(head_end, index - 6), -1):
        for count in range(1, 5):
            first = above - count + 1
            group = lines[first : above + 1]
            if first < head_end or any(
                len(x.text) > LONGEST_TITLE_LINE or _NO_TITLE.search(x.text) or recognise(x) is not None for x in group
            ):
                break
            plain = re.sub(r"\s", "", "".join(x.text for x in group))
            if re.sub("[《》〈〉<>＜＞]", "", plain) in quoted:
                return first, count
            if count == 1 and ended is None and own.fullmatch(plain):
                ended = first, 1
    return ended
