"""Mutate a page as captures, editors and vandals do: lines lost, doubled, moved, joined; markers, markup and rubbish set in."""

from __future__ import annotations

import random

SOUP = (
    "一、", "（一）", "(二)", "1.", "3．", "（1）", "①", "第一条", "第 4-1 條", "第二章", "专栏1", "表2", "附件", "附件1：", "目录", "注：", "——", "1.1",
    "一是", "|", "\t", "\u3000", "\n\n", "\r\n", "\x0b", "\x0c", "\u2028", "\x85", "\0", "\ufeff", "\ufffd", "\ue000", "\U0002a6d6", "⼈", "《", "》", "〔2022〕", "关于", "的通知", "2022年6月10日",
    "各市人民政府：", "<p>", "</div>", "<table><tr><td>", "</td><td rowspan=3>", "</table>", "<!--", "-->", "<script>", "<span style='display:none'>", "</span>", "&nbsp;", "&#0;",
    "```", "> ", "- ", "# ", "[1]", "---\n", "HYPERLINK", "http://a.cn/", "打印", "责任编辑：甲", "(cid:12)", "≥5%", "〔150〕",
)  # fmt: skip


def mutate(text: str, other: str, chance: random.Random) -> str:
    """Return the text after one to twelve mutations; ``other`` is a text that pieces are taken from."""
    for _ in range(chance.randint(1, 12)):
        text = chance.choice(_MUTATIONS)(text, other, chance)
    return text


def _lose_piece(text: str, other: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    return text[:start] + text[start + chance.randint(1, 200) :]


def _double_piece(text: str, other: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    piece = text[start : start + chance.randint(1, 300)]
    return text[:start] + piece + text[start:]


def _set_in_soup(text: str, other: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    return text[:start] + "".join(chance.choices(SOUP, k=chance.randint(1, 6))) + text[start:]


def _set_in_other(text: str, other: str, chance: random.Random) -> str:
    start, begin = chance.randrange(len(text) + 1), chance.randrange(len(other) + 1)
    return text[:start] + other[begin : begin + chance.randint(1, 400)] + text[start:]


def _shuffle_lines(text: str, other: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    start = chance.randrange(len(lines) + 1)
    piece = lines[start : start + 12]
    chance.shuffle(piece)
    return "".join([*lines[:start], *piece, *lines[start + 12 :]])


def _join_lines(text: str, other: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    return text[:start] + text[start : start + 400].replace("\n", chance.choice(["", " ", "\u3000"])) + text[start + 400 :]


def _break_lines(text: str, other: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    width = chance.randint(1, 30)
    piece = text[start : start + 400]
    return text[:start] + "\n".join(piece[i : i + width] for i in range(0, len(piece), width)) + text[start + 400 :]


_MUTATIONS = (_lose_piece, _double_piece, _set_in_soup, _set_in_soup, _set_in_other, _shuffle_lines, _join_lines, _break_lines)
