"""Describe a version: find title, issuers, number, dates and the like, each with its span."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ingest.markers import recognise
from ingest.records import Fact, Line, Noise
from ingest.rules import HeadPattern, NoiseRule, head_patterns, load_rules, noise_rules

LONGEST_TITLE = 80
_TITLE_MARKS = re.compile(r"[。；;，,：:|]")
_REPOST = re.compile(r"(?:转发|【转发】|\[转发\])\s*[:：]?\s*")
_ADDRESSEE = re.compile(r"(?:各|有关|[^。;；:：]{2,14}(?:人民政府|委员会|厅|局|部|办公室|公司))[^。;；:：《》“”]{0,150}[:：]\Z")
_NOT_ADDRESSEE = re.compile(r"如下|下列|应当|制定|通知|印发|规定|贯彻|落实|为")
_ABOUT = re.compile(r".{0,80}?关于\S.{1,120}?(?P<type>通知|意见|决定|批复|函|通告|公告|命令)\Z")
_QUOTED = re.compile(r"《(?P<title>[^《》]{4,60})》")


@dataclass(frozen=True)
class Described:
    """Facts and noise of the head and the tail, and the lines that are left to be segmented."""

    facts: tuple[Fact, ...]
    noise: tuple[Noise, ...]
    lines: tuple[Line, ...]


def describe(lines: tuple[Line, ...]) -> Described:
    """Claim the lines of the head and the tail that are metadata or page furniture.

    A line is claimed only when patterns explain all of it; what is left over is the document's text.
    """
    head_end = next((i for i, line in enumerate(lines) if _opens_body(line)), len(lines))
    head_end = min(head_end, 60)
    facts: list[Fact] = []
    noise: list[Noise] = []
    claimed: set[int] = set()
    tail = _tail_start(lines, head_end)
    for index in [*range(head_end), *range(tail, len(lines))]:
        tiled = _tile(lines[index])
        if tiled is not None:
            facts.extend(tiled[0])
            noise.extend(tiled[1])
            claimed.add(index)
    titles, taken = _find_titles(lines, head_end, claimed)
    facts.extend(titles)
    claimed |= taken
    for index in range(head_end):
        line = lines[index]
        if index not in claimed and _ADDRESSEE.match(line.text) and not _NOT_ADDRESSEE.search(line.text):
            facts.append(Fact("addressee", line.text.rstrip(":："), line.start, line.end))
            claimed.add(index)
            break
    facts = _resolve_dates(_resolve_agencies(facts))
    left = tuple(line for index, line in enumerate(lines) if index not in claimed)
    facts.extend(_derive(facts, left, titles))
    facts.sort(key=lambda fact: (fact.start or 0, fact.field))
    return Described(tuple(facts), tuple(noise), left)


def _opens_body(line: Line) -> bool:
    marker = recognise(line)
    if marker is None or marker.cls.name not in ("chapter", "part", "article", "clause"):
        return False
    return marker.num == 1 or marker.cls.name != "clause"


def _tile(line: Line) -> tuple[list[Fact], list[Noise]] | None:
    """Return the facts and the noise that explain a line completely, or None."""
    facts: list[Fact] = []
    noise: list[Noise] = []
    patterns: Sequence[HeadPattern | NoiseRule] = (
        *head_patterns(),
        *(rule for rule in noise_rules() if rule.scope == "head"),
    )
    position = 0
    while position < len(line.text):
        if line.text[position].isspace():
            position += 1
            continue
        pattern, match = next(
            ((p, m) for p in patterns if p.regex and (m := p.regex.match(line.text, position))), (None, None)
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


def _tail_start(lines: tuple[Line, ...], head_end: int) -> int:
    """Index from which the last lines are signature, date and the like; all of them or none."""
    start = len(lines)
    while start > max(head_end, len(lines) - 12) and _tile(lines[start - 1]) is not None:
        start -= 1
    tail = [fact.field for line in lines[start:] for fact in (_tile(line) or ((), ()))[0]]
    return start if {"date", "disclosure"} & set(tail) else len(lines)


def _find_titles(lines: tuple[Line, ...], head_end: int, claimed: set[int]) -> tuple[list[Fact], set[int]]:
    """Find the covering notice's title and the document's own; returns their facts and lines."""
    facts: list[Fact] = []
    taken: set[int] = set()
    for index in range(head_end):
        line = lines[index]
        if index in claimed or len(line.text) > 160:
            continue
        repost = _REPOST.match(line.text)
        if _ABOUT.match(line.text) and not re.search(r"[。：:]", line.text[repost.end() if repost else 0 :]):
            start = line.start + (repost.end() if repost else 0)
            if repost:
                facts.append(Fact("repost_mark", repost[0].strip(), line.start, start))
            elif line.text.startswith("关于") and _is_issuer_line(lines, index - 1):
                # 辽宁省人力资源和社会保障厅 / 关于印发…的通知: the issuer stands on the line before.
                start = lines[index - 1].start
            value = line.text[repost.end() :] if repost else "".join(x.text for x in lines[: index + 1] if x.start >= start)
            facts.append(Fact("notice_title", value, start, line.end))
            taken |= {i for i in range(index + 1) if lines[i].end > start}
    types = "|".join(sorted((entry["name"] for entry in load_rules("types.yml")), key=len, reverse=True))
    own = re.compile(rf"(?P<body>.{{2,}}?(?P<type>{types}))(?:[(（][^()（）]{{2,24}}[)）])?\Z")
    # 促进就业工作的若干意见 on a line of its own is the end of 国务院关于…若干意见, broken over two lines.
    notices = [re.sub(r"\s", "", fact.value) for fact in facts if fact.field == "notice_title"]
    quoted = {re.sub(r"\s", "", m["title"]) for line in lines[:head_end] for m in _QUOTED.finditer(line.text)}
    candidates = [
        (index, line)
        for index, line in enumerate(lines[:head_end])
        if index not in claimed
        and index not in taken
        and len(line.text) <= LONGEST_TITLE
        and not _TITLE_MARKS.search(line.text)
        and (own.match(line.text) or re.sub(r"\s", "", line.text) in quoted)
        and recognise(line) is None
        and not any(notice.endswith(re.sub(r"\s", "", line.text)) for notice in notices)
    ]
    if candidates:
        index, line = candidates[-1]
        facts.append(Fact("title", line.text, line.start, line.end))
        taken.add(index)
    return facts, taken


def _is_issuer_line(lines: tuple[Line, ...], index: int) -> bool:
    tiled = _tile(lines[index]) if index >= 0 else None
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
        value = _iso(fact.value) if field in ("issued_on", "published_on", "reposted_on") else fact.value
        resolved.append(replace(fact, field=field, value=value))
    return resolved


def _iso(printed: str) -> str:
    year, month, day = (int(n) for n in re.findall(r"\d+", printed)[:3])
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
