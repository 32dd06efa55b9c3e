"""Derive type, period and province from the title; from the opening text where there is no title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ingest.records import Fact, Line
from ingest.rules import load_rules

# What may stand behind the last word: （试行）, (2021—2025年), a closing quote.
_REMARKS = r"(?:\s*[(（〔\[【][^()（）〔〕\[\]【】]{1,30}[)）〕\]】]|[》”」』。\s])*"


def derive(facts: list[Fact], left: Sequence[Line], titles: list[Fact]) -> list[Fact]:
    """Read type, period and province from the title; from the opening text where there is no title."""
    derived: list[Fact] = []
    title = next((f for f in titles if f.field == "title"), None) or next(
        (f for f in titles if f.field == "notice_title"), None
    )
    if title is not None and title.start is not None:
        places = [(title.value, title.start)]
    else:
        places = [(line.text, line.start) for line in left[:3]]
    for text, offset in places:
        match = _find_type(text) if title is not None else re.search(rf"制定(?:如下|本)(?:若干)?(?P<type>{_types()})", text)
        if match is not None:
            derived.append(Fact("doc_type", match["type"], offset + match.start("type"), offset + match.end("type")))
        derived.extend(_number_in(text, offset, facts) if title is not None else [])
        derived.extend(_period(text, offset))
        for match in list(re.finditer(_provinces(), text))[:1] if title is not None else []:
            derived.append(Fact("province", match[0], offset + match.start(), offset + match.end()))
        if derived and title is None:
            derived.extend(_period_of(left, derived))
            break
    if title is None:
        derived.extend(_province_of(left))
    return derived


def _number_in(title: str, offset: int, facts: list[Fact]) -> list[Fact]:
    """The number that an act of Macao opens its title with, where none is told: 第90/2023號行政命令."""
    match = re.match(r"第\s?\d{1,4}/(?:19|20)\d{2}(?:/M)?\s?[號号](?=[\u4e00-\u9fff])", title)
    if match is None or any(fact.field == "doc_number" for fact in facts):
        return []
    return [Fact("doc_number", match[0], offset, offset + match.end())]


def _find_type(title: str) -> re.Match[str] | None:
    """The word for its kind that a title ends in, remarks in brackets aside; else the last such word in it."""
    ended = re.search(rf"(?P<type>{_types(at_end=True)}){_REMARKS}\Z", title)
    return ended or next(reversed(list(re.finditer(rf"(?P<type>{_types()})", title))), None)


@lru_cache(maxsize=2)
def _types(at_end: bool = False) -> str:
    """A pattern for the words for kinds of documents, the longest first; with those that count as a title's last word alone."""
    entries = [entry for entry in load_rules("types.yml") if at_end or not entry.get("at_end")]
    before = {entry["name"]: f"(?<![{entry['not_after']}])" if entry.get("not_after") else "" for entry in entries}
    return "|".join(before[name] + name for name in sorted(before, key=len, reverse=True))


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
