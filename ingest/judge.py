"""Judge whether a text is a policy document that can be read: glyph soup, news, empty shells are put aside with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.bodies import kinds, title_pattern
from ingest.describe import MAKES_KNOWN
from ingest.name import walk
from ingest.records import Parsed, UnfitError
from ingest.rules import load_rules

_GLYPHS = re.compile(r"\(cid:\d{1,5}\)")
_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff]")
# Two bytes of UTF-8 read as Latin-1 or GBK leave these everywhere.
_GARBLED = re.compile(r"锟斤拷|烫烫烫|[ÃÂåæçèéä][\x80-\xbf¡-¿]|鈥|銆|涓€|鍙婂")
_NEWS = re.compile(
    r"来源[:：]?\s*\S{0,12}(?:日报|晚报|早报|时报|新华社|新华网|人民网|央视|新闻网|电视台|广播)|本报讯|(?:新华社|中新网|中新社)\S{0,12}\d{1,2}月\d{1,2}日电"
    r"|[(（]?(?:本报|通讯员|实习|见习)?记者[\s:：]|[(（]?(?:摄影|图|文)[:：/]|图为|通讯员[\s:：]"
)
# Begins where a sentence can begin: tried from every character, a text without a 。 takes the square of its length.
_SENTENCE = re.compile(r"(?<![^。；\n])[^。；\n]{8,}[。；]")
# A body's name before 关于: 最高人民法院关于…若干问题的解答 is its, of whatever kind.
_ISSUED = re.compile(r".{2,60}(?:院|府|厅|局|部|委|会|室)关于.{4,}的.{1,4}")
# 某府指示, 某市公安局布告: a body or a place and, at the end, a kind that is too common a word to make any line a title.
_ANY_KIND = r"(?:人民政府|政务院|国务院|委员会|[省市区县州乡镇村国部厅局院办会])[^。；;，,：:？！?!]{0,60}(?:KINDS)(?:[(（][^()（）]{1,24}[)）])?"
# Who is bound: two such sentences are no essay's.
_BINDS = re.compile(r"(?:各级|各地|各省|各市|各县|各区|各部门|各单位|有关部门|主管部门|人民政府)[^。；，\n]{0,24}(?:应当|必须|不得|务必|须(?!知))")
LEAST_BOUND = 2
_STRUCTURAL = {"part", "chapter", "section", "article", "clause"}
_FORMED = {"annex", "box", "item", "goal"}  # with a title or not: prose has none of them
_POLICY = {"doc_number", "notice_title", "title", "addressee"}
LEAST_TEXT = 60  # Han characters in sentences; the shortest notice has more
LEAST_HAN = 0.2
FIRST_LINES = 6
LONGEST_TITLE = 80


@dataclass(frozen=True)
class UnfitRule:
    """How a kind of text that is no policy document is told; see rules/unfit.yml."""

    id: str
    where: str
    regexes: tuple[re.Pattern[str], ...]
    least: int
    most: int | None  # Han characters: a longer text is none of the kind
    unless: frozenset[str]
    reason: str
    example: str


@lru_cache(maxsize=None)
def unfit_rules() -> tuple[UnfitRule, ...]:
    """Return the rules in their order."""
    return tuple(
        UnfitRule(
            e["id"], e["where"], tuple(re.compile(p) for p in e["patterns"]), e["least"], e.get("most"), frozenset(e["unless"]),
            e["reason"], e["example"],
        )
        for e in load_rules("unfit.yml")
    )  # fmt: skip


def judge(parsed: Parsed, path: Path) -> None:
    """Raise UnfitError with one clear reason where a parse is no readable policy document.

    Whatever speaks for a document (numbering, a number, an addressee, a title of a kind) keeps it in: a text
    without any of these is taken too, unless something speaks for news or nothing is there to read.
    """
    reason = _reason(parsed)
    if reason is not None:
        raise UnfitError(f"{path}: {reason}")


def _reason(parsed: Parsed) -> str | None:
    text = parsed.reading.text
    visible = len(re.sub(r"\s", "", text))
    glyphs = _GLYPHS.findall(text)
    if len(glyphs) > 5 and sum(map(len, glyphs)) > 0.02 * visible:
        return f"the text is glyph numbers such as {glyphs[0]}, not characters; recognise the page's image instead"
    private = sum("\ue000" <= c <= "\uf8ff" for c in text)
    if private > 0.05 * visible:
        return f"{private} characters have no meaning outside the file's own font; recognise the page's image instead"
    if len(_GARBLED.findall(text)) * 4 > 0.03 * visible and visible > 50:
        return "the text was garbled by a wrong encoding before it was saved; capture the page anew"
    units = [unit for unit, _, _ in walk(parsed.units)]
    marked = sum(unit.kind in _STRUCTURAL for unit in units)
    facts = {fact.field for fact in parsed.facts}
    body = "".join(text[unit.start : unit.own_end] for unit in units)
    han = len(_HAN.findall(body))
    if visible > 200 and len(_HAN.findall(text)) < LEAST_HAN * visible and marked < 2:
        return "the text is hardly Chinese; save the Chinese document"
    spoken = facts | ({"title of a kind"} if _is_titled(parsed) else set())
    for rule in unfit_rules():
        if not spoken & rule.unless and (rule.most is None or han <= rule.most) and tells(rule, parsed):
            return rule.reason
    if marked >= 2:
        return None
    sentences = sum(len(s) for s in _SENTENCE.findall(body))
    if parsed.reading.media_type == "text/html" and sentences < LEAST_TEXT and "doc_number" not in facts and marked == 0:
        return "the page holds no document, only its frame; capture the page with its text" if han < 2000 else None
    if not facts & (_POLICY - {"title"}) and marked == 0 and _NEWS.search(text):
        return "looks like news, not a policy document: no number, no addressee, no numbered parts; take it out"
    if not spoken & (_POLICY - {"title"} | {"title of a kind", "history"}) and not _is_official(parsed, body) and marked == 0 and not any(unit.kind in _FORMED for unit in units):
        return "nothing tells a policy document: no title of a kind, no number, no addressee, no numbered parts; if it is one, save it with its title"
    return None


def _is_official(parsed: Parsed, body: str) -> bool:
    """True where a text without number, addressee and numbered parts is a public body's all the same.

    An old 指示, a 布告 or a letter is plain prose: its first lines name a kind, a body and a day stand below it,
    a body's own head (某府文件) above, or it binds.
    """
    text, facts = parsed.reading.text, parsed.facts
    lines = [re.sub(r"\s", "", line) for line in text.splitlines() if line.strip()][:FIRST_LINES]
    if any(len(line) <= LONGEST_TITLE and _any_kind().search(line) for line in lines):
        return True
    last = max(text.rfind(mark) for mark in "。！")
    below = {fact.field for fact in facts if fact.start is not None and fact.start > last >= 0}
    headed = any(f.field == "issuer" and f.start is not None and re.search(r"(?:文\s*件|令)\Z", text[f.start : f.end]) for f in facts)
    # A notice in one paragraph: its signature stands within it.
    signed = any(fact.field == "issued_on" and MAKES_KNOWN.search(text[max(0, (fact.start or 0) - 2000) : fact.start]) for fact in facts)
    return signed or {"issuer", "issued_on"} <= below or headed or len(_BINDS.findall(body)) >= LEAST_BOUND


@lru_cache(maxsize=None)
def _any_kind() -> re.Pattern[str]:
    return re.compile(rf"{_ANY_KIND.replace('KINDS', kinds(loose=True))}\Z")


def _is_titled(parsed: Parsed) -> bool:
    """True where a title says that it is a document of a kind: a headline says nothing."""
    pattern = title_pattern()
    titles = [re.sub(r"\s", "", fact.value) for fact in parsed.facts if fact.field == "title"]
    return any(pattern.fullmatch(title) or _ISSUED.fullmatch(title) for title in titles)


def tells(rule: UnfitRule, parsed: Parsed) -> bool:
    """True where a rule finds in a text what it looks for."""
    text = parsed.reading.text
    if rule.where in ("title", "page"):
        places = _titles(parsed) if rule.where == "title" or parsed.reading.layout.titles else []
    elif rule.where == "line":
        places = [line.strip() for line in text.splitlines()]
    else:
        places = [text]
    found = [sum(len(regex.findall(place)) for place in places) for regex in rule.regexes]
    return found[0] >= rule.least and all(found)


def _titles(parsed: Parsed) -> list[str]:
    """What a page or its Markdown calls its title, without the site's name; of another file its first short lines."""
    layout = parsed.reading.layout
    if layout.titles:
        return [re.split(r"\s*[_|｜]\s*|\s*[-–—]+\s*(?=[^-–—]*\Z)", title)[0].strip() for title in layout.titles]
    lines = [line.strip() for line in parsed.reading.text.splitlines() if line.strip()][:FIRST_LINES]
    return [line for line in lines if len(line) <= LONGEST_TITLE and not re.search(r"[>＞»|]", line)]
