"""Cut lines in two where a marker stands in their middle: articles run together, a whole document in one paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.bodies import title_pattern
from ingest.markers import Marker, recognise
from ingest.records import Line

# A marker in mid-line follows the end of a sentence or, after a heading, a blank.
_BEFORE = re.compile(r"(?:[。；;：:！!？?)）”』」》]\s*|\s+)\Z")
_CLOSES = set("。；;：:！!？?)）”』」")
_CANDIDATE = re.compile(
    r"第\s*(?:[〇零一二三四五六七八九十百千\d]\s*){1,6}(?:[-－—‑]\s*\d{1,2}\s*)?[章节節条條]"
    r"|[一二三四五六七八九十百]{1,4}\s*、|[(（]\s*[一二三四五六七八九十百]{1,4}\s*[)）]|[(（]\s*\d{1,2}\s*[)）]|(?<![\d.])\d{1,2}[.．、](?!\d)"
)
_LEGAL = ("chapter", "section", "article")
# Which lists a line that opens with a class may run on into without a break.
_WITHIN = {"chapter": _LEGAL, "section": ("section", "article"), "article": ("article", "clause"), "clause": ("clause",),
           "item": ("item",), "subitem": ("subitem",)}  # fmt: skip
LEAST_GLUED = 60
LEAST_BEHIND = 24  # characters of text
HEAD_LINES = 6
FIRST_LINES = 60  # where a head may stand
_QUOTED = re.compile(r"《([^《》]{4,60})》")
_NUMBER = r"[\u4e00-\u9fff]{1,14}\s{0,6}[〔\[［(（【]\s*(?:19|20)\d{2}\s*[〕\]］)）】]\s*第?\d+\s*[号號]"
# The head of a notice that a page runs together: 某部关于印发《某规定》的通知 某部发〔1994〕489号 各省…厅： 为…
_HEAD = re.compile(
    rf"(?P<title>[^。；;：:]{{0,60}}(?:关于|關[於于])[^。；;：:]{{2,120}}?的(?:通知|意见|意見|决定|決定|通告|公告|函|批复|批復))\s*(?P<number>{_NUMBER})"
    r"(?:\s*(?P<date>[(（][^()（）]{6,16}日[)）]))?(?:\s+(?P<addressee>[^。；;：:]{4,200}[：:]))?"
)
# 京政办发〔2016〕26号《…的通知》: a page's own heading of two.
_NUMBERED_TITLE = re.compile(rf"{_NUMBER}\s*(?=《?[^《》〈〉。；：]{{4,100}}[^。；：]{{0,100}}(?:通知|意见|决定|批复|函|公告|通告|方案|规划|办法|条例)》?\Z)")
# 某实施方案 某实施方案 为贯彻…: a site's heading and the text's title before a text in one paragraph.
_TWICE = re.compile(r"(?P<title>\S{6,60})\s{1,4}(?P=title)\s{1,4}(?=\S)")
# And its foot: …贯彻执行。 某部 1994年12月6日
_FOOT = re.compile(r"(?<=。)\s*(?P<agency>[\u4e00-\u9fff]{3,26})\s+(?P<date>\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)\Z")


def cut_lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines, each with at most one marker of the outline, at its start.

    A line is cut only where the numbers run on: 第四条 after 第三条, 二、 after 一、. What a sentence cites
    (依照第三条的规定) and what it enumerates (包括：（1）…（2）…) stays in its line.
    """
    last: dict[str, int] = {}
    quoted: set[str] = set()  # titles that were quoted so far
    out: list[Line] = []
    for index, whole in enumerate(lines):
        *heads, line = _cut_head(whole, is_one=index < HEAD_LINES and not _is_listed(lines, index)) if index < FIRST_LINES else [whole]
        out += heads
        quoted |= {title for one in (*heads, line) for title in _QUOTED.findall(one.text)} if index < FIRST_LINES else set()
        if "article" not in last and (title := _glued_title(line, quoted)):
            before, line = _split(line, [title])
            out.append(before)
        marker = recognise(line)
        if marker is not None and marker.num is not None:
            last[marker.cls.name] = marker.num
        if len(line.text) < 12:
            out.append(line)
            continue
        for piece in _cut(line, marker, last):
            out.append(piece)
    return tuple(out)


def _cut(line: Line, opening: Marker | None, last: dict[str, int]) -> list[Line]:
    places: list[tuple[int, Marker]] = []
    for match in _CANDIDATE.finditer(line.text):
        if match.start() == 0 or not _BEFORE.search(line.text[max(0, match.start() - 4) : match.start()]):
            continue
        inner = recognise(replace(line, start=line.start + match.start(), text=line.text[match.start() : match.start() + 40]))
        if inner is not None and inner.num is not None:
            places.append((match.start(), inner))
    if not places:
        return [line]
    chosen = _choose_glued(line, opening, places, last) if len(line.text) >= LEAST_GLUED else []
    chosen = chosen or _choose_run_on(line, opening, places, last)
    return _split(line, chosen)


def _split(line: Line, places: Sequence[int]) -> list[Line]:
    """Return a line in pieces, cut at some places; blanks at their ends fall away."""
    pieces: list[Line] = []
    starts = [0, *places, len(line.text)]
    for begin, end in zip(starts, starts[1:]):
        raw = line.text[begin:end]
        text = raw.strip()
        if text:
            start = line.start + begin + len(raw) - len(raw.lstrip())
            pieces.append(Line(start, start + len(text), text, line.indent, line.after_blank and begin == 0, 0 if begin else line.blanks))
    return pieces


def _is_listed(lines: Sequence[Line], index: int) -> bool:
    """True for a title with its number that stands among others: a list of documents."""
    return any(_HEAD.match(line.text) for line in lines[max(0, index - 3) : index + 4] if line is not lines[index])


def _cut_head(line: Line, *, is_one: bool = False) -> list[Line]:
    """Return a line whose head or foot was run together with its text in pieces: title, number, addressee, text, signature.

    Only where title and number stand beside each other at the very start and a text follows, so that no sentence is cut
    and no line of a list (某府关于…的通知 某政发〔2020〕1号 2020年1月3日). ``is_one``: it is the only such line at the text's very
    beginning; then title and number may be all of it.
    """
    if recognise(line) is None and (twice := _TWICE.match(line.text)) and title_pattern().fullmatch(twice["title"]):
        return _split(line, [twice.start() + len(twice["title"]), twice.end()])
    if numbered := _NUMBERED_TITLE.match(line.text):
        return _split(line, [numbered.end()])
    head = _HEAD.match(line.text) if recognise(line) is None else None
    if head is None:
        return [line]
    if is_one and not line.text[head.end() :].strip(" |"):
        return _split(line, [head.start("number"), *([head.start("date")] if head["date"] else [])])
    if not head["addressee"] and len(line.text) - head.end() < LEAST_BEHIND:
        return [line]
    places = [head.start(name) for name in ("number", "date", "addressee") if head[name]]
    foot = _FOOT.search(line.text, head.end())
    places += [head.end(), *([foot.start("agency"), foot.start("date")] if foot else [])]
    return _split(line, places)


def _glued_title(line: Line, quoted: set[str]) -> int | None:
    """Where 第一条 begins in a line that opens with a title quoted above, without a mark between: 某规定第一条为了…"""
    at = line.text.find("第一条", 4, LEAST_GLUED)
    return at if at > 0 and re.sub(r"\s", "", line.text[:at]) in quoted else None


def _choose_run_on(line: Line, opening: Marker | None, places: list[tuple[int, Marker]], last: dict[str, int]) -> list[int]:
    """Places where the list that the line belongs to goes on, or the law's next article begins."""
    chosen: list[int] = []
    within = _WITHIN.get(opening.cls.name, _LEGAL) if opening is not None else _LEGAL
    state = dict(last)
    runs: dict[str, int] = {}
    seconds = {marker.cls.name: at for at, marker in places if marker.num == 2}  # of each class the last place of a 2
    for at, marker in places:
        name = marker.cls.name
        if name not in within:
            continue
        if name in _LEGAL:
            # After a chapter's heading a blank is enough; a citation follows a blank too, but never in turn.
            after_heading = opening is not None and opening.cls.name in ("chapter", "section") and at <= 40
            # …暂行规定 第一条 为了…。 第二条: below a title that no mark ends, where the second comes in the same line.
            after_title = name == "article" and marker.num == 1 and not state.get(name) and seconds.get(name, -1) > at
            fits = marker.num == state.get(name, 0) + 1 and (after_heading or after_title or _follows_sentence(line.text, at))
        else:
            run = runs.get(name, opening.num if opening is not None and opening.cls.name == name and opening.num else 0)
            goes_on = marker.num == run + 1 and _follows_sentence(line.text, at)
            # （一） after 下列条件： opens a list only where （二） follows.
            opens = run > 0 or seconds.get(name, at) > at
            fits = goes_on and opens
            if fits:
                runs[name] = marker.num or 0
        if fits:
            chosen.append(at)
            state[name] = marker.num or 0
    last.update(state)
    return chosen


def _follows_sentence(text: str, at: int) -> bool:
    """True where a sentence ends before a place, blanks aside."""
    while at > 0 and text[at - 1].isspace():
        at -= 1
    return at > 0 and text[at - 1] in _CLOSES


def _choose_glued(line: Line, opening: Marker | None, places: list[tuple[int, Marker]], last: dict[str, int]) -> list[int]:
    """Places in a line that holds a whole document or a whole part of one: 一、 and what stands below it."""
    counts = {"part": last.get("part", 0), "clause": 0, "item": 0}
    chosen: list[int] = []
    parts = 0
    if opening is not None and opening.cls.name in counts:
        counts[opening.cls.name] = opening.num or 0
        parts = int(opening.cls.name == "part")
    for at, marker in places:
        name = marker.cls.name
        if name not in counts or (name == "item" and not counts["part"]):
            continue
        run_on_clause = name == "clause" and marker.num == last.get("clause", 0) + 1
        if marker.num == counts[name] + 1 or (name != "item" and marker.num == 1) or run_on_clause:
            chosen.append(at)
            counts[name] = marker.num or 0
            if name == "part":
                parts += 1
                counts["clause"] = counts["item"] = 0
            if name == "clause":
                counts["item"] = 0
    # One 一、 alone may be a figure of speech; a part and two markers more are an outline.
    if not parts or len(chosen) + (opening is not None) < 3:
        return []
    last.update({name: number for name, number in counts.items() if number})
    return chosen
