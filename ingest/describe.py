"""Describe a version: find title, issuers, number, dates and the like, each with its span."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Set
from dataclasses import dataclass, field, replace

from ingest.bodies import annex_starts, find_bodies
from ingest.derive import derive
from ingest.entitle import find_titles, quoted_titles, resolve_page_title, tell_repeats
from ingest.labels import data_lines, read_capture_header, read_labels
from ingest.markers import recognise
from ingest.records import Fact, Layout, Line, Noise
from ingest.rules import noise_rule
from ingest.tile import tile
from lang.numerals import read_integer

_ADDRESSEE = re.compile(r"(?:各|有关|[^。;；:：]{2,14}(?:人民政府|委员会|厅|局|部|办公室|公司))[^。;；:：《》“”]{0,150}[:：]\Z")
# 发言人某某： opens a speech.
_NOT_ADDRESSEE = re.compile(r"如下|下列|应当|制定|通知|印发|规定|贯彻|落实|为|发言人|主持人|记者|[处厅局校]长")
# 中華民國一百零六年六月十五日…令修正發布第 4～6、8 條條文
_BODY = re.compile(r"(?:政府|中央|国务院|办公厅|办公室|委员会|委|厅|局|部|院|署|会)\Z")
_HISTORY_TITLE = re.compile(r"(?:(?:法規|法规|立法|修正)\s*)?沿\s*革(?:紀要|纪要)?")
_DATED = re.compile(r"年.{1,8}月.{1,8}日")
# No sentence: a bracket, or a line that ends with the word.
_ADOPTED = re.compile(
    r"(?P<open>[(（])?\s*(?:该文件|本[\u4e00-\u9fff]{1,4})?[于由]?\s*(?P<date>\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)[^。；()（）]{0,80}?"
    r"(?:通过|公布|发布|批准|颁布)(?(open)|(?:\s*[,，][^。；，]{0,24}施行)?\Z)"
)
_SIGNED = re.compile(
    r"(?:人民政府|委员会|办公厅|办公室|[厅局部院])\s{0,4}(?P<date>(?:19|20)\d{2}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日)(?=\s*(?:附\s*件|抄送|[。(（]|\Z))"
)
MAKES_KNOWN = re.compile(r"现(?:予以?|将|就)[^。；]{0,60}(?:公布|印发|通知|公告|通报|认定)|特此(?:通知|公告|通告|批复|通报|函复)|现认定")
LEAST_RUN_TOGETHER = 80  # characters
_MADE = "公布 發布 发布 修正 修订 修訂 制定 訂定 廢止 废止 施行".split()
# What stands above a page's path and is no menu.
_MAY_BE_TEXT = re.compile(r"[。；《]|关于(?!我们|本站|本网).{2,}|〔\d{4}〕|(?:通知|意见|规划|方案|办法|条例|决定|公告|计划)\Z")
MOST_MENU, LONGEST_MENU = 20, 120  # lines, characters
NAVIGATION = noise_rule("navigation")


@dataclass(frozen=True)
class Described:
    """Facts and noise of the head and the tail, and the lines that are left to be segmented.

    ``bodies`` are the offsets of lines at which a text of its own begins under a title without a number,
    with the number of lines that the title takes.
    """

    facts: tuple[Fact, ...]
    noise: tuple[Noise, ...]
    lines: tuple[Line, ...]
    bodies: dict[int, int] = field(default_factory=dict)


def describe(lines: tuple[Line, ...], layout: Layout = Layout()) -> Described:
    """Claim the lines of the head and the tail that are metadata or page furniture.

    A line is claimed only when patterns explain all of it; what is left over is the document's text.
    """
    captured, header_noise, header = read_capture_header(lines, layout.front)
    facts: list[Fact] = _split_issuers(list(captured))
    noise: list[Noise] = list(header_noise)
    claimed: set[int] = set(range(header))
    head_end = next((i for i, line in enumerate(lines) if i >= header and _opens_body(line)), len(lines))
    head_end = min(head_end, header + 60)
    tables = data_lines(lines, layout.grids, lambda line: tile(line) is not None)
    labelled, empty, taken = read_labels(lines, head_end, {i for i in range(head_end) if tile(lines[i]) is not None}, layout.grids)
    facts.extend(_split_issuers(labelled))
    noise.extend(empty)
    claimed |= taken
    quoted = quoted_titles(lines, head_end, facts, layout)
    bodies = find_bodies(lines, head_end, quoted)
    ends = [*(start for start, _ in bodies), *annex_starts(lines, head_end), len(lines)]
    tails = [index for end in sorted(set(ends)) for index in range(_tail_start(lines, head_end, end, tables), end)]
    attached = _attached(lines, head_end)
    for index in [*range(head_end), *tails]:
        tiled = tile(lines[index]) if index not in claimed and index not in tables else None
        if tiled is not None and not (attached <= index < head_end and _is_agency(tiled)):
            facts.extend(tiled[0])
            noise.extend(tiled[1])
            claimed.add(index)
    for index in _find_history(lines):
        facts.append(Fact("history", lines[index].text, lines[index].start, lines[index].end))
        claimed.add(index)
    menu = _menu_above(lines, head_end, claimed, noise)
    noise.extend(Noise(lines[index].start, lines[index].end, NAVIGATION.id, NAVIGATION.reason) for index in menu)
    claimed |= menu
    titles, taken, glued, first = find_titles(lines, head_end, claimed, quoted, keep_own=bool(bodies), standard=_is_standard(facts))
    facts.extend(titles)
    noise.extend(glued)
    claimed |= taken
    if bodies and first is not None:
        bodies.insert(0, first)
    for index in range(head_end):
        line = lines[index]
        if index not in claimed and _ADDRESSEE.match(line.text) and not _NOT_ADDRESSEE.search(line.text):
            facts.append(Fact("addressee", line.text.rstrip(":："), line.start, line.end))
            claimed.add(index)
            break
    facts = _resolve_agencies(_tell_page_dates(facts, {fact.start for fact in labelled if fact.field == "date"}))
    facts = _resolve_dates(facts)
    facts.extend(_find_adoption(lines[:head_end], facts))
    facts.extend(find_signed(lines, facts))
    facts = tell_repeats(resolve_page_title(facts, titles))
    left = tuple(line for index, line in enumerate(lines) if index not in claimed)
    facts.extend(derive(facts, left, titles or _titles_told(facts, lines)))
    facts.sort(key=lambda fact: (fact.start or 0, fact.field))
    starts = {lines[index].start: count for index, count in bodies if index not in claimed}
    return Described(tuple(facts), tuple(noise), left, starts)


def _is_standard(facts: list[Fact]) -> bool:
    return any(fact.field == "doc_number" and re.match(r"[A-Z]{2}", fact.value) for fact in facts)


def _find_adoption(head: tuple[Line, ...], facts: list[Fact]) -> list[Fact]:
    """The day on which a law was adopted or made known, from the remark below its title, where no other date is told.

    （2023年12月29日第十四届…第七次会议通过）: of several days the first, on which it was made; those of amendments follow.
    """
    if any(fact.field == "issued_on" for fact in facts):
        return []
    for line in head:
        match = _ADOPTED.match(line.text)
        if match is not None:
            return [Fact("issued_on", _iso(match["date"]), line.start + match.start("date"), line.start + match.end("date"))]
    return []


def find_signed(lines: tuple[Line, ...], facts: list[Fact]) -> list[Fact]:
    """The date of a notice that a page runs together, signature and all: …现予以公布。示例市教育局2023年12月19日附件：名单….

    Only where the same line uses the words with which a body makes something known; 记者从示例局2023年12月19日获悉 is none.
    """
    if any(fact.field == "issued_on" for fact in facts):
        return []
    for line in lines:
        match = _SIGNED.search(line.text) if len(line.text) >= LEAST_RUN_TOGETHER and MAKES_KNOWN.search(line.text) else None
        if match is not None:
            return [Fact("issued_on", _iso(match["date"]), line.start + match.start("date"), line.start + match.end("date"))]
    return []


def _titles_told(facts: list[Fact], lines: tuple[Line, ...]) -> list[Fact]:
    """The titles that a page or front matter tells, each where its words begin: title: 示例办法 is a line with more."""
    told = []
    for fact in facts:
        line = next((x for x in lines if fact.start is not None and x.start <= fact.start < x.end), None)
        at = line.text.find(fact.value, fact.start - line.start) if line is not None and fact.start is not None else -1
        if fact.field in ("title", "notice_title") and line is not None and at >= 0:
            told.append(replace(fact, start=line.start + at, end=line.start + at + len(fact.value)))
    return told


def _attached(lines: tuple[Line, ...], head_end: int) -> int:
    """Index at which what is attached begins within the head: a notice without numbers ends there, and so does who issued it."""
    addressed = next((i for i in range(head_end) if _ADDRESSEE.match(lines[i].text)), head_end)
    return next((i for i in annex_starts(lines[:head_end], head_end) if i > addressed), head_end)


def _is_agency(tiled: tuple[list[Fact], list[Noise]]) -> bool:
    return bool(tiled[0]) and all(fact.field == "agency" for fact in tiled[0])


def _menu_above(lines: tuple[Line, ...], head_end: int, claimed: Set[int], noise: list[Noise]) -> set[int]:
    """Indexes of the short lines above a page's path (首页 > 政务公开 > 文件): its menu, where nothing of them may be a title."""
    paths = {one.start for one in noise if one.rule == "breadcrumb" and one.end - one.start > 4}
    place = next((i for i in range(min(head_end, MOST_MENU)) if any(lines[i].start <= at < lines[i].end for at in paths)), 0)
    menu = {i for i in range(place) if i not in claimed}
    may_be_text = any(len(lines[i].text) > LONGEST_MENU or _MAY_BE_TEXT.search(lines[i].text) or recognise(lines[i]) for i in menu)
    return set() if may_be_text else menu


def _opens_body(line: Line) -> bool:
    marker = recognise(line)
    if marker is None or marker.cls.name not in ("book", "division", "chapter", "part", "article", "clause"):
        return False
    return marker.num == 1 or marker.cls.name != "clause"


def _tail_start(lines: tuple[Line, ...], head_end: int, end: int, tables: Set[int]) -> int:
    """Index from which the last lines before ``end`` are signature, date and the like; all of them or none, and no table's."""
    start = end
    while start > max(head_end, end - 12) and start - 1 not in tables and tile(lines[start - 1]) is not None:
        start -= 1
    tail = [fact.field for line in lines[start:end] for fact in (tile(line) or ((), ()))[0]]
    return start if {"date", "disclosure", "printed_on", "source_url"} & set(tail) else end


def _find_history(lines: tuple[Line, ...]) -> range:
    """Indexes of the list of orders by which a law was made and amended, where a collection sets it behind the law (沿革)."""
    for index in range(len(lines) - 1, 0, -1):
        if _HISTORY_TITLE.fullmatch(lines[index].text):
            return range(index, len(lines))
        if not _tells_making(lines[index].text):
            break
    return range(0)


def _tells_making(text: str) -> bool:
    """True where a date stands before a word for what was done to a law: asked from the last such word, not from each date."""
    last = max(map(text.rfind, _MADE))
    return last >= 0 and _DATED.search(text, 0, last) is not None


def _split_issuers(facts: list[Fact]) -> list[Fact]:
    """发展改革委办公厅、税务总局办公厅 in a page's table are two issuers."""
    split: list[Fact] = []
    for fact in facts:
        names = [name for name in re.split(r"[、,，;；\s]+", fact.value) if name] if fact.field == "issuer" else [fact.value]
        if len(names) > 1 and not re.search(r"[、,，;；]", fact.value) and not all(map(_BODY.search, names)):
            names = [re.sub(r"\s+", "", fact.value)]  # 自治区 人民政府 is one name, a blank set into it
        split.extend(replace(fact, value=name) for name in names)
    return split


def _resolve_agencies(facts: list[Fact]) -> list[Fact]:
    """Signatures become issuers; an agency's name that is part of the notice's title is dropped.

    Where a page's table names none of those who sign, it names who put the page up. 江苏省宿迁市人民政府 above
    宿迁市人民政府关于… is one body; who stands before 2023年8月9日印发 printed the document.
    """
    titles = [fact for fact in facts if fact.field == "notice_title"]
    named = {name for title in titles for name in _bodies_in(title.value)}
    ordered = sorted(facts, key=lambda fact: fact.start or 0)
    printers = {id(a) for a, b in zip(ordered, ordered[1:]) if a.field == "agency" and b.field == "printed_on"}
    signed = [fact.value for fact in facts if fact.field == "agency" and id(fact) not in printers]
    # Where none signs, the title tells: 发布机构：某区发改委 put up 某市人民政府印发关于…的通知.
    authors = signed or [name for name in named if _BODY.search(name)]
    resolved: list[Fact] = []
    for fact in facts:
        if id(fact) in printers:
            resolved.append(replace(fact, field="printed_by"))
        elif fact.field == "issuer" and authors and not any(fact.value in name or name in fact.value for name in authors):
            resolved.append(replace(fact, field="source_unit"))
        elif fact.field == "agency" and (own := next((n for n in named if n != fact.value and fact.value.endswith(n)), None)):
            resolved.append(replace(fact, field="issuer", value=own))
        elif fact.field != "agency":
            resolved.append(fact)
        elif not any(t.start <= fact.start < t.end for t in titles):  # type: ignore[operator]
            resolved.append(replace(fact, field="issuer"))
    if not any(fact.field == "issuer" for fact in resolved):
        for title in titles:
            names = _bodies_in(title.value)
            names = [name for name in names if _BODY.search(name)] or names
            position = title.start or 0
            for name in names:
                resolved.append(Fact("issuer", name, position, position + len(name)))
                position += len(name) + 1
    return resolved


def _bodies_in(title: str) -> list[str]:
    """The bodies that a notice's title opens with: 某市人民政府 of 某市人民政府转发某部关于…的通知."""
    return re.split(r"关于|關[于於]|印发|印發|转发|轉發|批转|批轉|发布|發布", title)[0].split()


def _resolve_dates(facts: list[Fact]) -> list[Fact]:
    """Tell the plan's own date from the page's: a repost's date is not the plan's."""
    reposted = any(fact.field == "repost_mark" for fact in facts)
    names = {"date": "issued_on", "page_date": "reposted_on" if reposted else "published_on"}
    if reposted:
        names["published_on"] = "reposted_on"
    resolved = []
    for fact in facts:
        field = names.get(fact.field, fact.field)
        value = _iso(fact.value) if field.endswith("_on") else fact.value
        resolved.append(replace(fact, field=field, value=value))
    return resolved


def _tell_page_dates(facts: list[Fact], labelled: Collection[int | None]) -> list[Fact]:
    """A page's 生成日期 that lies years behind the year of the document's number is the day on which the page was made."""
    numbers = [int(m[1]) for f in facts if f.field == "doc_number" and (m := re.search(r"((?:19|20)\d{2})", f.value))]
    return [
        replace(fact, field="published_on")
        if fact.start in labelled and fact.field == "date" and numbers and (m := re.search(r"(?:19|20)\d{2}", fact.value)) and int(m[0]) > max(numbers) + 1
        else fact
        for fact in facts
    ]


def _iso(printed: str) -> str:
    """Return 2004-06-26 for 2004年6月26日 and for 二〇〇四年六月二十六日; what is no date is returned as it is."""
    numbers = [int(n) for n in re.findall(r"\d+", unicodedata.normalize("NFKC", printed))[:3]]
    if len(numbers) < 3:
        han = re.match(r"\s*(\S{4})\s*年\s*(\S{1,2})\s*月\s*(\S{1,3})\s*日", printed)
        digits = {c: str(d) for d, c in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○oO0", "0")
        if han is None or any(c not in digits for c in han[1]):
            return printed
        numbers = [int("".join(digits[c] for c in han[1])), read_integer(han[2]) or 0, read_integer(han[3]) or 0]
    year, month, day = numbers
    return f"{year:04d}-{month:02d}-{day:02d}"
