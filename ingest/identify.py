"""Identify a document from its parse: where it comes from, its year, and a slug of its title.

A document's id holds for ever, so each part is taken from what the text says, and a part that rests on little says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

from ingest.records import Fact, Parsed
from ingest.rules import load_rules
from lang.tokens import fold
from lang.words import cutter

LONGEST_SLUG = 40
MOST_WORDS = 4
_NATIONAL = re.compile(r"国务院|最高人民(?:法院|检察院)|中共中央|中央军委|中华人民共和国|全国人民代表大会|国家[\u4e00-\u9fff]{2,12}(?:委|局|部|署|总局)")
_MINISTRY = re.compile(r"(?:[^省市区县州]部|总局|国家[^省市]*局)(?:办公厅)?\Z|部[^省市]*(?:部|委|总局)")
_CITY_END = "(?:市|自治州|[\u4e00-\u9fff]{1,6}自治[州县]|地区|盟|州)"
_DATE = re.compile(r"((?:19|20)\d{2})\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日[^。\n]{0,40}?(?:通过|公布|发布|施行|印发)")
_LOST = re.compile(r"[(（][^()（）]*[)）]|“?十[一二三四五六七八九]五”?|(?:19|20)\d{2}\s*(?:[-—－–~～至]+\s*(?:19|20)\d{2})?\s*年?")
# Words that a title has and its subject has not.
_STOP = set(
    "关于 印发 转发 公布 发布 进一步 做好 加强 推进 推动 促进 加快 深化 支持 开展 实施 组织 当前 今后 一个 时期 若干 有关"
    " 工作 的 和 与 及 等 对 在 中 将 以 全省 全市 全国 省 市 自治区 人民政府 办公厅 年 新 三年 五年 试行 暂行 通知".split()
)


@dataclass(frozen=True)
class Identity:
    """The parts of a document's id; ``None`` where the text does not tell. ``remarks`` say what rests on little."""

    locality: str | None
    year: str | None
    slug: str
    kind: str  # pinyin of the document's type, "" where it has none
    remarks: tuple[str, ...]

    def free_id(self, taken: Collection[str]) -> str | None:
        """Return an id that is not taken: the slug, with the type where that is taken, with a number in the end."""
        if self.locality is None or self.year is None:
            return None
        stem = f"{self.locality}-{self.year}-{self.slug}"
        candidates = [stem, *([f"{stem}-{self.kind}"] if self.kind else [])]
        number = 2
        while candidates:
            candidate = candidates.pop(0)
            if candidate not in taken:
                return candidate
            if not candidates:
                candidates.append(f"{stem}-{number}")
                number += 1
        return None


def identify(parsed: Parsed, name: str = "") -> Identity:
    """Return what a parse tells of a document's id; ``name`` is its file's, for a text without a title."""
    facts = parsed.facts
    remarks: list[str] = []
    locality = _locality(parsed, remarks)
    year = _year(parsed, remarks)
    kind = "-".join(lazy_pinyin(cut) if (cut := _first(facts, "doc_type")) else [])
    title = title_of(parsed)
    if title is None:
        remarks.append("no title was found in the text: supply one with --title")
    slug = _slug(title) if title else ""
    if not slug:
        stem = re.sub(r"\.\w{1,5}\Z", "", re.split(r"[\\/]", name.rstrip("/"))[-1])
        slug = ("" if re.fullmatch(r"v\d+", stem) else _slug(stem)) or "wu-biaoti"
    return Identity(locality, year, slug, kind.replace("-", ""), tuple(remarks))


def title_of(parsed: Parsed) -> str | None:
    """Return the document's own title, else its notice's."""
    return _first(parsed.facts, "title") or _first(parsed.facts, "notice_title")


def _first(facts: tuple[Fact, ...], field: str) -> str | None:
    return next((fact.value for fact in facts if fact.field == field), None)


def _all(facts: tuple[Fact, ...], field: str) -> Iterator[str]:
    return (fact.value for fact in facts if fact.field == field)


def _locality(parsed: Parsed, remarks: list[str]) -> str | None:
    facts = parsed.facts
    told: list[tuple[str, str]] = []  # what told it, the code
    for field, what in (("title", "title"), ("notice_title", "notice"), ("issuer", "issuer")):
        for value in _all(facts, field):
            code = _place_in(value) or ("cn" if field == "issuer" and _MINISTRY.search(fold(value)) else None)
            if code:
                told.append((what, code))
                break
    number = _first(facts, "doc_number")
    if number and (code := _sign_of(number)):
        told.append(("number", code))
    if told:
        others = sorted({f"{what} says {code}" for what, code in told if code != told[0][1]})
        # A ministry's number opens with its own name (人社部发), a city's may open with a province's sign (新政发: 新乡).
        if others:
            remarks.append(f"locality {told[0][1]} is the {told[0][0]}'s, but the {'; the '.join(others)}")
        return told[0][1]
    explains = re.search(r"本[\u4e00-\u9fff]{1,4}由(?P<body>[\u4e00-\u9fff]{2,24}?)(?:负责|負責)(?:解释|解釋)", parsed.reading.text)
    if explains and (code := "cn" if _MINISTRY.search(explains["body"]) else _place_in(explains["body"])):
        remarks.append(f"locality {code}: {explains['body']} is to explain it; neither title nor issuer nor number tells")
        return code
    named = {code for code in (_place_in(name) for name in _places().findall(fold(parsed.reading.text))) if code}
    if len(named) == 1:
        remarks.append(f"locality {min(named)}: only because the text names no other; neither title nor issuer nor number tells")
        return min(named)
    remarks.append("neither title nor issuer nor number tells the province")
    return None


def _year(parsed: Parsed, remarks: list[str]) -> str | None:
    facts = parsed.facts
    for field in ("issued_on", "doc_number", "published_on"):
        for value in _all(facts, field):
            match = re.search(r"(?:19|20)\d{2}", value)
            if match:
                if field == "published_on":
                    remarks.append(f"year {match[0]} is the publication's: the text gives no date of issue")
                return match[0]
    dated = _DATE.search(parsed.reading.text)
    for value, what in ((dated and dated[1], "a date in the text"), (_first(facts, "period_start"), "the beginning of its period")):
        if value:
            remarks.append(f"year {value} is {what}: the text gives no date of issue")
            return value
    remarks.append("the text gives no year")
    return None


def _place_in(text: str) -> str | None:
    """The code of the place that a text names first; of places that begin together, the longer name's."""
    plain = re.sub(r"\s", "", fold(text))
    match = min(
        (m for m in (_places().search(plain), _NATIONAL.search(plain)) if m), key=lambda m: (m.start(), -m.end()), default=None
    )
    if match is None:
        return None
    return _codes().get(match[0]) or next((c for n, c in _codes().items() if len(n) > 1 and match[0].startswith(n)), "cn")


@lru_cache(maxsize=None)
def _codes() -> dict[str, str]:
    """Names of places, the longest first, and their provinces' codes."""
    codes: dict[str, str] = {}
    for entry in load_rules("provinces.yml"):
        if entry["code"] != "cn":
            codes |= {entry["name"]: entry["code"], entry["short"]: entry["code"]}
    for entry in load_rules("cities.yml"):
        for name in entry["names"].split():
            codes.setdefault(name, entry["code"])
    return dict(sorted(codes.items(), key=lambda item: -len(item[0])))


@lru_cache(maxsize=None)
def _places() -> re.Pattern[str]:
    provinces = {n for entry in load_rules("provinces.yml") if entry["code"] != "cn" for n in (entry["name"], entry["short"])}
    alone = "|".join(map(re.escape, sorted(provinces, key=len, reverse=True)))
    cities = "|".join(re.escape(n) for n in _codes() if n not in provinces or n == "吉林")
    return re.compile(f"(?:{cities}){_CITY_END}|{alone}")


def _sign_of(number: str) -> str | None:
    plain = re.sub(r"\s", "", fold(number))
    if re.match(r"[\u4e00-\u9fff]{1,4}部", plain):
        return "cn"
    signs = {sign: entry["code"] for entry in load_rules("provinces.yml") for sign in entry["signs"]}
    return signs.get(plain[:1])


def _slug(title: str) -> str:
    """The first words of what a title is about, in pinyin: 辽宁省“十四五”职业技能培训规划 -> zhiye-jineng-peixun."""
    plain = fold(re.sub(r"\s", "", title))
    quoted = re.search(r"《([^《》]{4,})》", plain)
    if quoted:
        plain = quoted[1]
    plain = re.sub(r"\A.{0,60}?关于(?:印发|转发)?", "", plain) if "关于" in plain else plain
    plain = _LOST.sub("", plain)
    place = _places().match(plain)
    plain = plain[place.end() :] if place else plain
    plain = re.sub(r"\A(?:中华人民共和国|国务院|国家)", "", plain)
    types = "|".join(sorted((fold(entry["name"]) for entry in load_rules("types.yml")), key=len, reverse=True))
    shorter = re.sub(rf"(?:的?(?:{types}))+(?:的通知)?\Z", "", plain)
    words = [half for word in cutter(()).cut(shorter or plain) for half in _halve(word)]
    slug = ""
    for word in [word for word in words if word not in _STOP and not word.isdigit()][:MOST_WORDS]:
        syllables = "".join(lazy_pinyin(word, errors=lambda rest: rest if rest.isascii() else "")).lower()
        syllables = re.sub(r"[^a-z0-9]", "", syllables).replace("lve", "lue").replace("nve", "nue")
        longer = f"{slug}-{syllables}".strip("-")
        if syllables and len(longer) <= LONGEST_SLUG:
            slug = longer
    return slug


def _halve(word: str) -> list[str]:
    """职业技能, which the dictionary knows as one word, is two in a slug."""
    halves = [word[:2], word[2:]]
    return halves if len(word) == 4 and all(cutter(()).cut(half) == [half] for half in halves) else [word]
