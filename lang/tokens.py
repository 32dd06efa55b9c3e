"""Normal forms and search tokens, the same for what is indexed and what is asked.

The index holds overlapping Han bigrams, the last lone character of each run too; runs of
Latin letters or digits are one token each. A term of a query is a phrase of such tokens,
which finds exactly the places where the term stands literally.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import opencc

from lang.radicals import unify

_to_simplified = opencc.OpenCC("t2s")

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>[^\W_{HAN}]+)")


class _Forms(dict[int, str]):
    """The matching form of each character, made when it is first met; what str.translate wants."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character == "○":  # typed for 〇 in years: 二○三五
            form = "〇"
        else:
            form = unicodedata.normalize("NFKC", unify(character)).lower()
            form = "".join(_to_simplified.convert(c) if "\u2e80" <= c else c for c in form)
        self[code] = form
        return form


_forms = _Forms()


def fold(text: str) -> str:
    """Return the matching form of a text: NFKC, lower case, Simplified.

    Character by character, so that a match in the folded text leads back to the printed one; the
    price is that OpenCC's phrase rules (乾隆 against 乾) do not apply, on both sides alike.
    """
    return text.translate(_forms)


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """Return the folded text and, for each of its characters, the offset in ``text`` it came from."""
    folded = fold(text)
    if len(folded) == len(text):  # no form is empty, so each character has one of one character
        return folded, range(len(text))
    return folded, [offset for offset, character in enumerate(text) for _ in fold(character)]


def index_tokens(text: str) -> list[str]:
    """Return the tokens under which a text is indexed, in order."""
    tokens: list[str] = []
    for run in _RUNS.finditer(fold(text)):
        if run["han"]:
            tokens.extend(_bigrams(run["han"]))
            tokens.append(run["han"][-1])
        else:
            tokens.append(run["word"])
    return tokens


def query_phrase(term: str) -> tuple[list[str], bool]:
    """Return the tokens of a term's phrase, and whether the last of them is a prefix.

    A Han run that another run follows closes with its lone character, as it does in the
    index (互联网APP: 互联 联网 网 app); one at the end does not, since the text may go on.
    One lone character at the end is a prefix: 岗 finds 岗位 and a closing 岗.
    """
    tokens: list[str] = []
    runs = list(_RUNS.finditer(fold(term)))
    prefix = False
    for position, run in enumerate(runs):
        last = position == len(runs) - 1
        if run["word"]:
            tokens.append(run["word"])
        elif len(run["han"]) == 1:
            tokens.append(run["han"])
            prefix = last
        else:
            tokens.extend(_bigrams(run["han"]))
            if not last:
                tokens.append(run["han"][-1])
    return tokens, prefix


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]
