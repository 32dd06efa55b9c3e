"""Describe a version: find title, issuers, number, dates and the like, each with its span."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingest.bodies import annex_starts, close_up, find_bodies, title_pattern
from ingest.labels import read_capture_header, read_labels
from ingest.markers import recognise
from ingest.records import Fact, Layout, Line, Noise
from ingest.rules import HeadPattern, NoiseRule, head_patterns, load_rules, noise_rule, noise_rules
from lang.numerals import read_integer

LONGEST_TITLE = 80
_TITLE_MARKS = re.compile(r"[。；;，,：:|]")
_REPOST = re.compile(r"(?:转发|【转发】|\[转发\])\s*[:：]?\s*")
_ADDRESSEE = re.compile(r"(?:各|有关|[^。;；:：]{2,14}(?:人民政府|委员会|厅|局|部|办公室|公司))[^。;；:：《》“”]{0,150}[:：]\Z")
_NOT_ADDRESSEE = re.compile(r"如下|下列|应当|制定|通知|印发|规定|贯彻|落实|为")
_ABOUT = re.compile(r".{0,80}?关于\S.{1,120}?(?P<type>通知|意见|决定|批复|函|通告|公告|命令)\Z")
_QUOTED = re.compile(r"《(?P<title>[^《》]{4,60})》")
_ENDING = re.compile(r"[。；;，,：:]\Z")


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
    facts: list[Fact] = list(captured)
    noise: list[Noise] = list(header_noise)
    claimed: set[int] = set(range(header))
    head_end = next((i for i, line in enumerate(lines) if i >= header and _opens_body(line)), len(lines))
    head_end = min(head_end, header + 60)
    labelled, empty, taken = read_labels(lines, head_end, {i for i in range(head_end) if tile(lines[i]) is not None}, layout.grids)
    facts.extend(_split_issuers(labelled))
    noise.extend(empty)
    claimed |= taken
    quoted = _quoted_titles(lines, head_end, facts, layout)
    bodies = find_bodies(lines, head_end, quoted)
    ends = [*(start for start, _ in bodies), *annex_starts(lines, head_end), len(lines)]
    tails = [index for end in sorted(set(ends)) for index in range(_tail_start(lines, head_end, end), end)]
    for index in [*range(head_end), *tails]:
        tiled = tile(lines[index]) if index not in claimed else None
        if tiled is not None:
            facts.extend(tiled[0])
            noise.extend(tiled[1])
            claimed.add(index)
    titles, taken, glued, first = _find_titles(lines, head_end, claimed, quoted, keep_own=bool(bodies))
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
    facts = _resolve_dates(_resolve_agencies(facts))
    facts = _tell_repeats(_resolve_page_title(facts, titles))
    left = tuple(line for index, line in enumerate(lines) if index not in claimed)
    facts.extend(_derive(facts, left, titles))
    facts.sort(key=lambda fact: (fact.start or 0, fact.field))
    starts = {lines[index].start: count for index, count in bodies if index not in claimed}
    return Described(tuple(facts), tuple(noise), left, starts)


def _opens_body(line: Line) -> bool:
    marker = recognise(line)
    if marker is None or marker.cls.name not in ("book", "division", "chapter", "part", "article", "clause"):
        return False
    return marker.num == 1 or marker.cls.name != "clause"


def tile(line: Line) -> tuple[list[Fact], list[Noise]] | None:
    """Return the facts and the noise that explain a line completely, or None."""
    facts: list[Fact] = []
    noise: list[Noise] = []
    position = 0
    while position < len(line.text):
        if line.text[position].isspace():
            position += 1
            continue
        pattern, match = next(
            ((p, m) for p in _tiles() if p.regex and (m := p.regex.match(line.text, position))), (None, None)
        )
        if pattern is None or match is None or match.end() == position:
            return None
        start, end = line.start + position, line.start + match.end()
        if isinstance(pattern, NoiseRule):
            noise.append(Noise(start, end, pattern.id, pattern.reason))
        else:
            facts.append(Fact(pattern.field, match["value"], start, end))
        position = match.end()
    return facts, noise


@lru_cache(maxsize=None)
def _tiles() -> tuple[HeadPattern | NoiseRule, ...]:
    return (*head_patterns(), *(rule for rule in noise_rules() if rule.scope in ("head", "any")))


def _tail_start(lines: tuple[Line, ...], head_end: int, end: int) -> int:
    """Index from which the last lines before ``end`` are signature, date and the like; all of them or none."""
    start = end
    while start > max(head_end, end - 12) and tile(lines[start - 1]) is not None:
        start -= 1
    tail = [fact.field for line in lines[start:end] for fact in (tile(line) or ((), ()))[0]]
    return start if {"date", "disclosure"} & set(tail) else end


def _find_titles(
    lines: tuple[Line, ...], head_end: int, claimed: set[int], quoted: set[str], *, keep_own: bool
) -> tuple[list[Fact], set[int], list[Noise], tuple[int, int] | None]:
    """Find the covering notice's title and the document's own; returns their facts and lines.

    With ``keep_own`` the document's own title is not claimed but returned as the start of a body: it is
    one of several texts under one notice.
    """
    facts: list[Fact] = []
    taken: set[int] = set()
    noise: list[Noise] = []
    index = 0
    while index < head_end:
        count = _notice_lines(lines, index, head_end, claimed)
        if not count:
            index += 1
            continue
        line, last = lines[index], lines[index + count - 1]
        repost = _REPOST.match(line.text)
        start = line.start + (repost.end() if repost else 0)
        first = index
        if repost:
            facts.append(Fact("repost_mark", repost[0].strip(), line.start, start))
        elif line.text.startswith("关于"):
            # 辽宁省人力资源和社会保障厅 / 关于印发…的通知: the issuer stands on the line before, a second
            # name of it in brackets between the two.
            above = index - 1
            while above > 0 and re.fullmatch(r"[(（][^()（）。]{2,30}[)）]", lines[above].text):
                above -= 1
            if _is_issuer_line(lines, above):
                first, start = above, lines[above].start
        value = "".join(x.text for x in lines[first : index + count])
        value = value[repost.end() :] if repost else value
        facts.append(Fact("notice_title", value, start, last.end))
        taken |= set(range(first, index + count))
        index += count
    own = title_pattern()
    # 促进就业工作的若干意见 on a line of its own is the end of 国务院关于…若干意见, broken over two lines.
    notices = [re.sub(r"\s", "", fact.value) for fact in facts if fact.field == "notice_title"]
    candidates = [
        (index, line)
        for index, line in enumerate(lines[:head_end])
        if index not in claimed
        and index not in taken
        and len(line.text) <= LONGEST_TITLE
        and not _TITLE_MARKS.search(line.text)
        and (own.match(re.sub(r"\s", "", line.text)) or re.sub(r"\s", "", line.text) in quoted)
        and recognise(line) is None
        and not any(notice.endswith(re.sub(r"\s", "", line.text)) for notice in notices)
    ]
    wrapped = _quoted_over_lines(lines, head_end, claimed | taken, quoted)
    if not candidates and wrapped is None:
        return facts, taken, noise, None
    index, count = wrapped if wrapped is not None else (candidates[-1][0], 1)
    if keep_own:
        return facts, taken, noise, (index, count)
    chosen = lines[index : index + count]
    start = chosen[0].start
    # A page's Roman number glued to the title is not of it: II浙江省…规划.
    glued = re.match(r"[IVXivx]{1,5}(?=[\u4e00-\u9fff“])", chosen[0].text) if index == 0 else None
    if glued:
        rule = noise_rule("page-number-glued")
        noise.append(Noise(start, start + glued.end(), rule.id, rule.reason))
        start += glued.end()
    value = "".join(x.text for x in chosen)[glued.end() if glued else 0 :]
    facts.append(Fact("title", close_up(value), start, chosen[-1].end))
    taken |= set(range(index, index + count))
    return facts, taken, noise, None


def _notice_lines(lines: tuple[Line, ...], index: int, head_end: int, claimed: set[int]) -> int:
    """Number of lines from ``index`` on that make the title of a notice (关于…的通知); 0 where none does."""
    line = lines[index]
    if index in claimed or len(line.text) > 160:
        return 0
    repost = _REPOST.match(line.text)
    if _ABOUT.match(line.text) and not re.search(r"[。：:]", line.text[repost.end() if repost else 0 :]):
        return 1
    if "关于" not in line.text or recognise(line) is not None:
        return 0
    for count in range(2, 5):
        group = lines[index : min(index + count, head_end)]
        if len(group) < count or index + count - 1 in claimed or any(len(x.text) > 50 or _ENDING.search(x.text) for x in group):
            return 0
        joined = "".join(x.text for x in group)
        if _ABOUT.match(joined) and not re.search(r"[。：:；]", joined):
            return count
    return 0


def _quoted_titles(lines: tuple[Line, ...], head_end: int, facts: Sequence[Fact], layout: Layout) -> set[str]:
    """What the head itself, the page's information table and the format call titles, blanks taken out."""
    quoted = {re.sub(r"\s", "", m["title"]) for line in lines[:head_end] for m in _QUOTED.finditer(line.text)}
    told = [*layout.titles, *(fact.value for fact in facts if fact.field == "page_title")]
    for title in told:
        plain = re.sub(r"\s", "", re.split(r"\s*[_|]\s*|\s+[-–—]\s+", title)[0])
        if 5 <= len(plain) <= 80:
            quoted.add(plain)
    return quoted


def _quoted_over_lines(lines: tuple[Line, ...], head_end: int, taken: set[int], quoted: set[str]) -> tuple[int, int] | None:
    """The last place in the head where two to four lines together make a title that is told elsewhere."""
    found = None
    for index in range(head_end):
        for count in range(2, 5):
            group = range(index, index + count)
            if index + count > head_end or any(i in taken for i in group):
                break
            if re.sub(r"\s", "", "".join(lines[i].text for i in group)) in quoted:
                found = index, count
    return found


def _resolve_page_title(facts: list[Fact], titles: list[Fact]) -> list[Fact]:
    """What a page calls its title is the document's where the text has none of its own."""
    known = {fact.field for fact in titles}
    resolved = []
    for fact in facts:
        if fact.field == "page_title":
            field = "notice_title" if _ABOUT.match(fact.value) else "title"
            resolved.append(replace(fact, field="page_title" if field in known else field))
            known.add(field)
        else:
            resolved.append(fact)
    return resolved


def _tell_repeats(facts: list[Fact]) -> list[Fact]:
    """A page shows a notice's title above the text and in it: the second is a repeat."""
    seen: set[str] = set()
    told = []
    for fact in sorted(facts, key=lambda f: f.start or 0):
        plain = re.sub(r"\s", "", fact.value)
        if fact.field == "notice_title" and plain in seen:
            fact = replace(fact, field="repeated_title")
        if fact.field == "notice_title":
            seen.add(plain)
        told.append(fact)
    return told


def _split_issuers(facts: list[Fact]) -> list[Fact]:
    """发展改革委办公厅、税务总局办公厅 in a page's table are two issuers."""
    split: list[Fact] = []
    for fact in facts:
        names = re.split(r"[、,，;；\s]+", fact.value) if fact.field == "issuer" else [fact.value]
        split.extend(replace(fact, value=name) for name in names if name)
    return split


def _is_issuer_line(lines: tuple[Line, ...], index: int) -> bool:
    tiled = tile(lines[index]) if index >= 0 else None
    return bool(tiled and tiled[0] and not tiled[1] and all(fact.field == "agency" for fact in tiled[0]))


def _resolve_agencies(facts: list[Fact]) -> list[Fact]:
    """Signatures become issuers; an agency's name that is part of the notice's title is dropped."""
    titles = [fact for fact in facts if fact.field == "notice_title"]
    resolved: list[Fact] = []
    for fact in facts:
        if fact.field != "agency":
            resolved.append(fact)
        elif not any(t.start <= fact.start < t.end for t in titles):  # type: ignore[operator]
            resolved.append(replace(fact, field="issuer"))
    if not any(fact.field == "issuer" for fact in resolved):
        for title in titles:
            names = title.value.split("关于")[0].split()
            position = title.start or 0
            for name in names:
                resolved.append(Fact("issuer", name, position, position + len(name)))
                position += len(name) + 1
    return resolved


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


def _derive(facts: list[Fact], left: Sequence[Line], titles: list[Fact]) -> list[Fact]:
    """Read type, period and province from the title; from the opening text where there is no title."""
    derived: list[Fact] = []
    title = next((f for f in titles if f.field == "title"), None) or next(
        (f for f in titles if f.field == "notice_title"), None
    )
    types = [entry["name"] for entry in load_rules("types.yml")]
    longest_first = "|".join(sorted(types, key=len, reverse=True))
    if title is not None and title.start is not None:
        places = [(title.value, title.start)]
    else:
        places = [(line.text, line.start) for line in left[:3]]
    for text, offset in places:
        if title is not None:
            found = list(re.finditer(longest_first, text))[-1:]
        else:
            found = [m for m in re.finditer(rf"制定(?:如下|本)(?P<type>{longest_first})", text)][:1]
        for match in found:
            group = "type" if title is None else 0
            derived.append(Fact("doc_type", match[group], offset + match.start(group), offset + match.end(group)))
        derived.extend(_period(text, offset))
        for match in list(re.finditer(_provinces(), text))[:1] if title is not None else []:
            derived.append(Fact("province", match[0], offset + match.start(), offset + match.end()))
        if derived and title is None:
            derived.extend(_period_of(left, derived))
            break
    if title is None:
        derived.extend(_province_of(left))
    return derived


def _period(text: str, offset: int) -> list[Fact]:
    plan = re.search(r"“?(?P<ordinal>十[一二三四五六])五”?", text)
    if plan:
        # 十四五 is the fourteenth five-year plan, 2021 to 2025; the first began in 1953,
        # and from the sixth (1981) on they follow each other without a gap.
        ordinal = 10 + "一二三四五六".index(plan["ordinal"][1]) + 1
        start = 1981 + (ordinal - 6) * 5
        span = (offset + plan.start(), offset + plan.end())
        return [Fact("period_start", str(start), *span), Fact("period_end", str(start + 4), *span)]
    years = re.search(r"(?P<start>20\d{2})年?\s*(?:至|到|[-—－–~～]+)\s*(?P<end>20\d{2})年", text)
    if not years:
        return []
    span = (offset + years.start(), offset + years.end())
    return [Fact("period_start", years["start"], *span), Fact("period_end", years["end"], *span)]


def _period_of(left: Sequence[Line], derived: list[Fact]) -> list[Fact]:
    """Where the title says nothing, the first span of years outside a citation that opens a target."""
    if any(fact.field == "period_start" for fact in derived):
        return []
    for line in left[:6]:
        outside = re.sub(r"《[^《》]*》", lambda m: "　" * len(m[0]), line.text)
        found = _period(outside, line.start)
        if found and "“" not in outside[: (found[0].start or 0) - line.start][-1:]:
            return found
    return []


def _province_of(left: Sequence[Line]) -> list[Fact]:
    """Where there is no title: the province that the text names, when it names no other."""
    found = [(line.start, match) for line in left for match in re.finditer(_provinces(), line.text)]
    if len({match[0] for _, match in found}) != 1:
        return []
    offset, match = found[0]
    return [Fact("province", match[0], offset + match.start(), offset + match.end())]


@lru_cache(maxsize=1)
def _provinces() -> str:
    # 国家 is a word of every text; what is national, the document's id says.
    return "|".join(re.escape(entry["name"]) for entry in load_rules("provinces.yml") if entry["code"] != "cn")
