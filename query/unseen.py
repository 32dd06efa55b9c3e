"""Tell the characters that nobody sees, or that turn the reading round: zero-width signs, controls, bidi marks."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# Categories: control, format, private use, surrogate, line and paragraph separator. Beside them, letters and marks
# without a shape: the grapheme joiner, Hangul fillers, vowel signs of Khmer, an empty Braille cell, variation selectors,
# what Unicode calls no character. What is merely not assigned yet may be a rare Han character, and stays.
_SHAPELESS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"
_CATEGORIES = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))

_NAMES = {
    0x00: "空字符", 0x07: "响铃符", 0x08: "退格符", 0x0B: "垂直制表符", 0x0C: "换页符", 0x0D: "回车符", 0x1B: "转义符", 0x7F: "删除符",
    0x85: "下一行符", 0x200B: "零宽空格", 0x200C: "零宽不连字", 0x200D: "零宽连字", 0x200E: "左至右标记", 0x200F: "右至左标记",
    0x061C: "阿拉伯字母标记", 0x2028: "行分隔符", 0x2029: "段分隔符", 0x202A: "左至右嵌入", 0x202B: "右至左嵌入", 0x202C: "嵌入结束",
    0x202D: "强制左至右", 0x202E: "强制右至左", 0x2060: "词连接符", 0x2066: "左至右隔离", 0x2067: "右至左隔离", 0x2068: "首字符向隔离",
    0x2069: "隔离结束", 0xFEFF: "零宽不换行空格", 0xFFFC: "对象占位符", 0x034F: "字形连接符", 0x3164: "谚文填充符",
}  # fmt: skip

#: Only what can be unseen is looked at one by one: nearly all of a Chinese text is not.
_CANDIDATE = re.compile(r"[^\t\n -~\u00a0\u00a1-\u00ac\u00ae-\u02ff\u3000-\u3163\u3165-\u318e\u3400-\u9ffc\uff01-\uff9f]")


def is_unseen(character: str) -> bool:
    """Tell whether a character leaves no ink and is no plain white space, or changes the order of what stands about it."""
    code = ord(character)
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE:
        return True
    if character in "\t\n":
        return False
    return character in _SHAPELESS or unicodedata.category(character) in _CATEGORIES


def name_unseen(character: str) -> str:
    """Return what a character that is not seen is called, in Chinese where it is common: 零宽空格 U+200B."""
    code = ord(character)
    name = _NAMES.get(code) or {"Cc": "控制字符", "Cf": "格式字符", "Co": "私用字符"}.get(
        unicodedata.category(character), "不可见字符"
    )
    return f"{name} U+{code:04X}"


def split_unseen(words: str) -> list[dict[str, Any]]:
    """Cut words into runs that can be printed and runs of one character that is not seen.

    Shape: ``{"words"}``, or ``{"code": 0x200B, "name": "零宽空格 U+200B", "times": 3}``.
    """
    runs: list[dict[str, Any]] = []
    position = 0
    for match in _CANDIDATE.finditer(words):
        character = match[0]
        if not is_unseen(character):
            continue
        if match.start() > position:
            runs.append({"words": words[position : match.start()]})
        if runs and match.start() == position and runs[-1].get("code") == ord(character):
            runs[-1]["times"] += 1
        else:
            runs.append({"code": ord(character), "name": name_unseen(character), "times": 1})
        position = match.end()
    if position < len(words):
        runs.append({"words": words[position:]})
    return runs
