"""Count Word's automatic lists: the number that Word shows before a paragraph, from numbering.xml and the styles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cn2an
from docx.oxml.ns import qn
from lxml import etree

# Bullets that print as they are; others are signs of fonts such as Wingdings.
BULLETS = {"•", "●", "○", "◆", "■", "□", "·", "▪", "★", "※", "—", "——", "-", "－"}

# What Word itself keeps to, and a hostile file need not: levels of a list, styles each based on the next, letters about
# a number, and the number itself (a Roman 10¹² is a billion M).
MOST_LEVELS = 9
DEEPEST_STYLE = 30
LONGEST_TEXT = 60
LARGEST = 30_000

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_LEGAL = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")


def _han(number: int) -> str:
    return cn2an.an2cn(number).removeprefix("一") if 10 <= number < 20 else cn2an.an2cn(number)


def _roman(number: int) -> str:
    pairs = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
             (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]  # fmt: skip
    printed = ""
    for value, letters in pairs:
        printed += letters * (number // value)
        number %= value
    return printed


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _from(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


FORMATS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(
        ["chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
         "japaneseDigitalTenThousand"], _han),
    **dict.fromkeys(["ideographDigital", "taiwaneseDigital", "koreanDigital2"], lambda n: "".join("〇一二三四五六七八九"[int(d)] for d in str(n))),
    **dict.fromkeys(["chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"], lambda n: _han(n).translate(_LEGAL)),
    **dict.fromkeys(["decimalEnclosedCircle", "decimalEnclosedCircleChinese"], _from(_CIRCLED)),
    "ideographTraditional": _from(_STEMS),
    "ideographZodiac": _from(_BRANCHES),
    **dict.fromkeys(["decimal", "decimalHalfWidth"], str),
    "decimalFullWidth": lambda n: str(n).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "decimalZero": lambda n: f"{n:02}",
    "decimalEnclosedParen": lambda n: f"({n})",
    "decimalEnclosedFullstop": lambda n: f"{n}.",
    "upperRoman": _roman,
    "lowerRoman": lambda n: _roman(n).lower(),
    "upperLetter": lambda n: _letter(n).upper(),
    "lowerLetter": _letter,
}  # fmt: skip


@dataclass
class _Level:
    start: int
    format: str
    text: str
    restart: int | None  # after which higher level (1-based) it begins anew; 0: never
    style: str | None
    suffix: str
    is_legal: bool  # numbers of higher levels in Arabic figures, whatever their own form: 1.1 under 第一章


@dataclass
class ListNumbers:
    """The state of all lists of a document while its paragraphs are read in order."""

    document: Any
    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # of a numId
    abstract: dict[str, str] = field(default_factory=dict)  # numId -> abstractNumId, which counts
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    started: set[tuple[str, int]] = field(default_factory=set)
    overrides: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, etree._Element] = field(default_factory=dict)
    unread: int = 0  # paragraphs whose number is of a form that is not known, or of a list that the file lacks

    def __post_init__(self) -> None:
        self.styles = {s.get(qn("w:styleId")): s for s in self.document.styles.element.iter(qn("w:style"))}
        numbering = next(
            (r.target_part for r in self.document.part.rels.values() if r.reltype.endswith("/numbering") and not r.is_external),
            None,
        )
        if numbering is None:
            return
        root = etree.fromstring(numbering.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        definitions = {a.get(qn("w:abstractNumId")): a for a in root.iter(qn("w:abstractNum"))}
        for num in root.iter(qn("w:num")):
            num_id = num.get(qn("w:numId"))
            abstract = _value(num.find(qn("w:abstractNumId")))
            definition = definitions.get(abstract)
            if num_id is None or definition is None:
                continue
            self.abstract[num_id] = abstract
            self.levels[num_id] = {
                int(level.get(qn("w:ilvl"), "0")): _level(level) for level in definition.findall(qn("w:lvl"))[:MOST_LEVELS]
            }
            for override in num.findall(qn("w:lvlOverride"))[:MOST_LEVELS]:
                ilvl = int(override.get(qn("w:ilvl"), "0"))
                if (level := override.find(qn("w:lvl"))) is not None:
                    self.levels[num_id][ilvl] = _level(level)
                if (start := _value(override.find(qn("w:startOverride")))) and start.isdigit():
                    self.overrides[num_id, ilvl] = int(start)

    def next_number(self, paragraph: etree._Element) -> tuple[str, int | None] | None:
        """Return what Word shows before a paragraph and its value (None: a bullet); None where it shows nothing."""
        num_id, ilvl = self._list_of(paragraph)
        if num_id is None or num_id == "0":
            return None
        level = self.levels.get(num_id, {}).get(ilvl)
        if level is None:
            self.unread += 1
            return None
        counts = self.counts.setdefault(self.abstract[num_id], {})
        if (num_id, ilvl) in self.overrides and (num_id, ilvl) not in self.started:
            counts[ilvl] = self.overrides[num_id, ilvl]
        else:
            counts[ilvl] = counts[ilvl] + 1 if ilvl in counts else level.start
        self.started.add((num_id, ilvl))
        for deeper in [d for d in counts if d > ilvl]:
            restart = self.levels[num_id][deeper].restart if deeper in self.levels[num_id] else None
            if restart is None or (restart and ilvl < restart):
                del counts[deeper]
        if level.format in ("none",):
            return level.text.replace("%1", "") + level.suffix if level.text.strip("%0123456789") else "", None
        if level.format == "bullet":
            bullet = level.text if level.text in BULLETS else "•"
            return bullet + ("" if bullet[-1] in "—－" else " "), None
        shown = [self.levels[num_id].get(int(n) - 1) for n in re.findall(r"%([1-9])", level.text)]
        if not level.is_legal and any(one and one.format not in FORMATS and one.format != "none" for one in shown):
            self.unread += 1  # an invented number would be worse than none
            return None
        printed = re.sub(r"%([1-9])", lambda m: self._print(num_id, int(m[1]) - 1, counts, level.is_legal), level.text)
        # What follows the number is a tab or a blank; after 一、 or （一） print shows none.
        gap = "" if not printed or re.search(r"[、.．)）]\Z", printed) else level.suffix
        return printed + gap, counts[ilvl]

    def _print(self, num_id: str, ilvl: int, counts: dict[int, int], is_legal: bool) -> str:
        level = self.levels[num_id].get(ilvl)
        number = counts.get(ilvl, level.start if level else 1)
        return FORMATS.get(level.format if level and number <= LARGEST and not is_legal else "decimal", str)(number)

    def _list_of(self, paragraph: etree._Element) -> tuple[str | None, int]:
        """The list and level of a paragraph: its own, else its style's or that of the style this is based on."""
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        num_id = _value(own.find(qn("w:numId"))) if own is not None else None
        ilvl = _value(own.find(qn("w:ilvl"))) if own is not None else None
        style_id = _value(paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}"))
        seen: set[str] = set()
        while num_id is None and style_id and style_id not in seen and len(seen) < DEEPEST_STYLE:
            seen.add(style_id)
            style = self.styles.get(style_id)
            if style is None:
                break
            given = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if given is not None:
                num_id = _value(given.find(qn("w:numId")))
                ilvl = ilvl or _value(given.find(qn("w:ilvl")))
                if ilvl is None and num_id in self.levels:
                    linked = [i for i, level in self.levels[num_id].items() if level.style == style_id]
                    ilvl = str(linked[0]) if linked else None
            style_id = _value(style.find(qn("w:basedOn")))
        return num_id, int(ilvl) if ilvl and ilvl.isdigit() else 0


def _level(level: etree._Element) -> _Level:
    restart = _value(level.find(qn("w:lvlRestart")))
    start = _value(level.find(qn("w:start")))
    suffix = _value(level.find(qn("w:suff"))) or "tab"
    return _Level(
        start=int(start) if start and start.isdigit() else 1,
        format=_value(level.find(qn("w:numFmt"))) or "decimal",
        text=(_value(level.find(qn("w:lvlText"))) or "")[:LONGEST_TEXT],
        restart=int(restart) if restart and restart.isdigit() else None,
        style=_value(level.find(qn("w:pStyle"))),
        suffix="" if suffix == "nothing" else " ",
        is_legal=(legal := level.find(qn("w:isLgl"))) is not None and legal.get(qn("w:val")) not in ("0", "false"),
    )


def _value(element: etree._Element | None) -> str | None:
    return element.get(qn("w:val")) if element is not None else None
