"""Read numerals as they are printed in Chinese documents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import cn2an

HAN_DIGITS = "〇零○一二三四五六七八九十百千"
_FORMAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾", "一二二三三四五六六七八九十")
_ARABIC = re.compile(r"\d+\Z")


@lru_cache(maxsize=4096)  # a text has few different ones, and each line asks several times
def read_integer(printed: str) -> int | None:
    """Return the value of a printed ordinal such as 十四, 14, １４ or ⑭; None when it is no integer.

    NFKC turns full-width digits, circled and parenthesised numbers into Arabic ones;
    〇 and ○ both stand for zero (二○三五 is common where an editor lacked 〇).
    """
    plain = unicodedata.normalize("NFKC", printed).strip().strip("().")
    plain = plain.replace("○", "零").replace("〇", "零").translate(_FORMAL)
    if _ARABIC.match(plain):
        return int(plain) if len(plain) <= 9 else None
    if not plain or len(plain) > 9 or any(c not in HAN_DIGITS for c in plain):
        return None
    try:
        return int(cn2an.cn2an(plain, "smart"))
    except ValueError:
        return None
