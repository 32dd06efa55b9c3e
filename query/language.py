"""Read a query as people type it: words, "phrases", -without, 甲 OR 乙, field:value."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from lang.tokens import HAN, query_phrase

LONGEST_QUERY = 300
MOST_TERMS = 24

# Each field under all the names that readers use for it.
FIELDS = {
    "province": ("province", "省份", "省", "地区"),
    "theme": ("theme", "主题"),
    "year": ("year", "年份", "年"),
    "kind": ("kind", "层级", "种类"),
    "type": ("type", "文种", "类型"),
    "agency": ("agency", "机构", "发文机关"),
    "doc": ("doc", "文件"),
    "audience": ("audience", "对象"),
    "force": ("force", "力度"),
}
_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}
_QUOTES = {"“": '"', "”": '"', "「": '"', "」": '"', "『": '"', "』": '"', "＂": '"', "«": '"', "»": '"', "〝": '"', "〞": '"'}
_OR = re.compile(r"(?:OR|ＯＲ|[|｜]{1,2}|或者)\Z")
_LOOSE_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")


@dataclass(frozen=True)
class Term:
    """What must stand literally; ``is_phrase`` when it was put in quotes."""

    text: str
    is_phrase: bool = False


@dataclass(frozen=True)
class Group:
    """Terms of which one must stand, or, when negative, none may."""

    terms: tuple[Term, ...]
    negative: bool = False


@dataclass(frozen=True)
class Query:
    """A query as it was read; ``remarks`` say what could not be read as it was typed."""

    groups: tuple[Group, ...]
    filters: tuple[tuple[str, str], ...]  # (field, value) in the order typed; several of one field mean one of them
    excluded: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms that a hit may show."""
        return tuple(term for group in self.groups if not group.negative for term in group.terms)

    def in_words(self) -> str:
        """Return the query in the language's own plain form."""
        parts = []
        for group in self.groups:
            body = " OR ".join(f'"{t.text}"' if t.is_phrase or " " in t.text else t.text for t in group.terms)
            parts.append(f"-{body}" if group.negative else body)
        parts += [f"{field}:{_quote(value)}" for field, value in self.filters]
        parts += [f"-{field}:{_quote(value)}" for field, value in self.excluded]
        return " ".join(parts)


@dataclass(frozen=True)
class _Piece:
    text: str
    is_phrase: bool
    negative: bool
    field: str | None


def parse(q: str) -> Query:
    """Return the closest reading of a query; never raises, and a remark says where it guessed.

    Operators may stand in full-width signs (－ ： “ ”). A field whose name is not known is text:
    比例:30% is looked for as it stands.
    """
    remarks: list[str] = []
    if len(q) > LONGEST_QUERY:
        q = q[:LONGEST_QUERY]
        remarks.append(f"查询超过 {LONGEST_QUERY} 字，只读了前 {LONGEST_QUERY} 字。")
    pieces = _split(q, remarks)
    groups: list[Group] = []
    filters: list[tuple[str, str]] = []
    excluded: list[tuple[str, str]] = []
    joins = False
    for position, piece in enumerate(pieces):
        if not piece.is_phrase and piece.field is None and not piece.negative and _OR.match(piece.text):
            if not groups or groups[-1].negative or position == len(pieces) - 1:
                remarks.append("OR 的一边没有词，已略去。")
            else:
                joins = True
            continue
        if piece.field is not None:
            target = excluded if piece.negative else filters
            if (piece.field, piece.text) not in target:
                target.append((piece.field, piece.text))
            joins = False
            continue
        if not query_phrase(piece.text)[0]:
            if piece.text.strip("()（）"):
                remarks.append(f"“{piece.text[:20]}”里没有文字，已略去。")
            continue
        # A phrase copied from a page often carries a line break or a blank between Han characters.
        term = Term(_LOOSE_HAN.sub("", piece.text), piece.is_phrase)
        if joins and not piece.negative:
            groups[-1] = Group((*groups[-1].terms, term))
        elif Group((term,), piece.negative) not in groups:
            groups.append(Group((term,), piece.negative))
        joins = False
    if sum(len(group.terms) for group in groups) > MOST_TERMS:
        groups = groups[:MOST_TERMS]
        remarks.append(f"词太多，只用了前 {MOST_TERMS} 个。")
    return Query(tuple(groups), tuple(filters), tuple(excluded), tuple(dict.fromkeys(remarks)))


def _split(q: str, remarks: list[str]) -> list[_Piece]:
    text = "".join(_QUOTES.get(c, c) for c in q if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    pieces: list[_Piece] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        negative = text[position] in "-－−" and position + 1 < len(text) and not text[position + 1].isspace()
        if negative:
            position += 1
        elif text[position] in "-－−" and (position + 1 == len(text) or text[position + 1].isspace()):
            remarks.append("单独的减号后面没有词，已略去。")
            position += 1
            continue
        field = None
        name = re.match(r"([A-Za-z]+|[\u4e00-\u9fff]{1,4})[:：]", text[position:])
        if name and name[1].lower() in _FIELD_OF:
            field = _FIELD_OF[name[1].lower()]
            position += name.end()
            while position < len(text) and text[position] == " ":
                position += 1
        body, is_phrase, position = _read_body(text, position, remarks)
        if field is not None and not body.strip():
            remarks.append(f"{name[1] if name else field}: 后面没有内容，已略去。")
        elif body.strip():
            pieces.append(_Piece(body.strip(), is_phrase, negative, field))
    return pieces


def _read_body(text: str, position: int, remarks: list[str]) -> tuple[str, bool, int]:
    """Return what stands at a position: a phrase to its closing quote, or a word to white space or a quote."""
    if position < len(text) and text[position] == '"':
        close = text.find('"', position + 1)
        if close < 0:
            remarks.append("引号没有成对，读作一直到末尾。")
            close = len(text)
        return text[position + 1 : close], True, close + 1
    end = position
    while end < len(text) and not text[end].isspace() and text[end] != '"':
        end += 1
    return text[position:end], False, max(end, position + 1) if end == position and position < len(text) else end


def _quote(value: str) -> str:
    return f'"{value}"' if " " in value else value
