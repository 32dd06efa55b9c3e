"""Cut a text into sentences that, put together, are the text again."""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int]

_PAIRS = {"（": "）", "(": ")", "“": "”", "‘": "’", "「": "」", "『": "』", "【": "】", "[": "]", "〔": "〕", "《": "》", "〈": "〉"}
_CLOSERS = frozenset(_PAIRS.values())
_ENDS = frozenset("。！？!?；;")
_FULL_ENDS = frozenset("。！？!?")
#: A bracket or quotation longer than this is taken for one that was never closed.
_LONGEST_PAIR = 200

#: What opens an item within a line: （一） (1) ① 1. 1、 一是 第一，
_ITEM = re.compile(
    r"[（(](?:[一二三四五六七八九十]{1,3}|\d{1,2})[）)]|[①-⑳㈠-㈩⑴-⒇]|\d{1,2}[.．、](?!\d)|[一二三四五六七八九十]是|第[一二三四五六七八九十][,，]"
)
#: After these an item can open; 按照第（一）项 opens none.
_BEFORE_ITEM = frozenset("。；;：:！？!?")
_BEFORE_COUNTED = _BEFORE_ITEM | frozenset("，,")  # 一是……，二是……


def split_sentences(text: str, breaks: Sequence[int] | None = None) -> list[Span]:
    """Return the spans of a text's sentences, in order; concatenated they are the text, white space included.

    A sentence ends after 。！？；, not inside quotation marks or brackets, and before an item that opens within a
    line (（一）, 1., 一是). ``breaks`` are offsets where a new block begins (a heading, an item); without them every
    line break ends a sentence, with them none does by itself, so that lines which the source broke stay together.
    White space belongs to the sentence before it. Every span but that of a text of white space holds a letter,
    digit or Han character if the text has one.
    """
    if not text:
        return []
    blocks = _starts_of_blocks(text, breaks)
    cuts = {0, *blocks}
    for start, end in zip(blocks, [*blocks[1:], len(text)]):
        cuts.update(_cut_block(text, start, end))
    return _join_empty(text, sorted(cuts))


def _starts_of_blocks(text: str, breaks: Sequence[int] | None) -> list[int]:
    if breaks is not None:
        return sorted({0, *(place for place in breaks if 0 < place < len(text))})
    return [0] + [match.end() for match in re.finditer(r"\n\s*", text) if match.end() < len(text)]


def _cut_block(text: str, start: int, end: int) -> list[int]:
    """Where sentences begin within a block."""
    inside, closes = _find_pairs(text, start, end)
    cuts: list[int] = []
    place = start
    while place < end:
        character = text[place]
        if place in inside:
            # （……。下同） or “……。”: what ends inside ends with its bracket, if nothing goes on.
            if place in closes and text[place - 1] in _FULL_ENDS and place + 1 < end and text[place + 1] not in "，,、：:；;。）)”":
                cuts.append(_skip_space(text, place + 1, end))
        elif character in _ENDS:
            while place + 1 < end and place + 1 not in inside and (text[place + 1] in _ENDS or text[place + 1] in _CLOSERS):
                place += 1
            cuts.append(_skip_space(text, place + 1, end))
        place += 1
    cuts += [match.start() for match in _ITEM.finditer(text, start, end) if _opens_item(text, start, match, inside)]
    return [cut for cut in cuts if start < cut < end]


def _opens_item(text: str, start: int, match: re.Match[str], inside: set[int]) -> bool:
    place = match.start()
    if place in inside and not (text[place] in "（(" and place - 1 not in inside):
        return False
    before = text[start:place].rstrip()
    allowed = _BEFORE_COUNTED if match[0].endswith("是") else _BEFORE_ITEM
    return bool(before) and before[-1] in allowed


def _find_pairs(text: str, start: int, end: int) -> tuple[set[int], set[int]]:
    """The places within closed brackets and quotation marks, these included; and where the outer ones close."""
    inside: set[int] = set()
    closes: set[int] = set()
    open_places: list[int] = []
    for place in range(start, end):
        character = text[place]
        if character in _PAIRS:
            open_places.append(place)
        elif character in _CLOSERS:
            # The nearest one that fits; what was opened within and not closed is none.
            for position in range(len(open_places) - 1, -1, -1):
                if _PAIRS[text[open_places[position]]] == character:
                    opened = open_places[position]
                    del open_places[position:]
                    if place - opened <= _LONGEST_PAIR:
                        inside.update(range(opened, place + 1))
                        closes.add(place)
                    break
    return inside, closes


def _skip_space(text: str, place: int, end: int) -> int:
    while place < end and text[place].isspace():
        place += 1
    return place


def _join_empty(text: str, cuts: list[int]) -> list[Span]:
    """Join what holds no letter to the sentence before it, at the beginning to the one after."""
    spans: list[Span] = []
    begin = 0
    for start, end in zip(cuts, [*cuts[1:], len(text)]):
        if any(character.isalnum() for character in text[start:end]):
            spans.append((begin, end))
        elif spans:
            spans[-1] = (spans[-1][0], end)
        else:
            continue  # ``begin`` stays: the next sentence takes it
        begin = end
    return spans or [(0, len(text))]
