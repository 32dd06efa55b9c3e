"""Mark which words of aligned sentences are shared by all columns, by some, or stand in one only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from align.sentences import Span
from lang.tokens import fold, fold_with_offsets

ALL, SOME, ONE = "all", "some", "one"

#: Words without matter of their own: between two words of one kind they are of that kind, else unmarked.
FUNCTION_WORDS = frozenset(
    "的 地 得 了 着 和 与 及 并 或 而 且 等 在 对 为 以 将 把 被 到 从 由 向 于 之 其 各 该 所 使 让 给 中 上 下 内 是 有 就 "
    "都 也 还 又 以及 并且 对于".split()
)
#: From so many characters on a word is taken apart where it stands in one column only: 新型学徒制 beside 学徒制.
LONG = 4


class Cuts(Protocol):
    """What cuts a text into its words, letters and digits only: ``lang.words.Cutter``."""

    def cut(self, text: str) -> list[str]: ...


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence; ``share`` is ``all``, ``some`` or ``one``, None where it is not judged."""

    start: int
    end: int
    share: str | None


def mark_row(
    passages: Sequence[Sequence[str]], cuts: Cuts, skipped: Sequence[Sequence[Sequence[Span]]] | None = None
) -> list[list[list[Piece]]]:
    """Mark the words of one row: ``passages`` are the sentences of each column's cell, none where a column has none.

    What all cells of a row share while a column has none is shared by some. ``skipped`` are spans of each sentence
    that are not judged (the printed number of a unit). Returns the pieces of each sentence, in order; put together
    they are the sentence. A word counts as shared with a cell where it stands as a word, or, from two characters on,
    within one (职工 in 企业职工); see ``_judge`` for long ones.
    """
    read = [[_read_words(sentence, cuts) for sentence in cell] for cell in passages]
    known = [frozenset(word for words in cell for word, _, _ in words) for cell in read]
    folded = [fold("\n".join(cell)) for cell in passages]
    marked = []
    for column, cell in enumerate(passages):
        others = [other for other in range(len(passages)) if other != column and passages[other]]
        judged: dict[str, list[tuple[str, str]]] = {}
        pieces = []
        for number, sentence in enumerate(cell):
            shares = []
            for word, start, end in read[column][number]:
                if word not in judged:
                    judged[word] = _judge(word, [known[o] for o in others], [folded[o] for o in others], len(passages))
                at = start
                for part, share in judged[word]:
                    # A word whose folded form has another length stays whole.
                    after = at + len(part) if end - start == len(word) else end
                    shares.append((part, at, after, share))
                    at = after
            pieces.append(_join(sentence, shares, skipped[column][number] if skipped else ()))
        marked.append(pieces)
    return marked


def _judge(word: str, known: list[frozenset[str]], folded: list[str], columns: int) -> list[tuple[str, str]]:
    """A word with its share; a long one that stands only here in parts, as far as these stand elsewhere."""
    within = len(word) > 1 and not word.isascii()  # 15 is not within 150
    sharing = sum(word in words or (within and word in text) for words, text in zip(known, folded))
    if sharing:
        return [(word, ALL if sharing == columns - 1 else SOME)]
    if within and len(word) >= LONG:
        for length in range(len(word) - 1, 1, -1):
            for start in range(len(word) - length + 1):
                part = word[start : start + length]
                if any(part in text for text in folded):
                    parts = (word[:start], part, word[start + length :])
                    return [judged for piece in parts if piece for judged in _judge(piece, known, folded, columns)]
    return [(word, ONE)]


def _read_words(sentence: str, cuts: Cuts) -> list[tuple[str, int, int]]:
    """The words of a sentence with their places in it."""
    folded, offsets = fold_with_offsets(sentence)
    words: list[tuple[str, int, int]] = []
    place = 0
    for word in cuts.cut(sentence):
        found = folded.find(word, place)
        if found < 0:
            continue
        place = found + len(word)
        start, end = offsets[found], offsets[place - 1] + 1
        if words and start < words[-1][2]:  # one character that folds to several, of which two words share it: ㎡ is m2
            start = words[-1][2]
        if start < end:
            words.append((word, start, end))
    return words


def _join(sentence: str, shares: list[tuple[str, int, int, str]], skipped: Sequence[Span]) -> list[Piece]:
    """Pieces of one share; a function word, and what stands between words, takes that of both its neighbours."""
    kinds: list[str | None] = [None] * len(sentence)
    strong = [place for place in shares if place[0] not in FUNCTION_WORDS and place[1] < place[2]]
    for _, start, end, share in strong:
        kinds[start:end] = [share] * (end - start)
    for before, after in zip([None, *strong], [*strong, None]):
        start, end = before[2] if before else 0, after[1] if after else len(sentence)
        agreed = before[3] if before and after and before[3] == after[3] else ALL
        kinds[start:end] = [agreed] * (end - start)
    if not strong:  # function words alone: their own share
        kinds = [shares[0][3] if shares else ALL] * len(sentence)
    for start, end in skipped:
        kinds[start:end] = [None] * (end - start)
    edge = len(sentence.rstrip())
    kinds[edge:] = [None] * (len(sentence) - edge)
    pieces: list[Piece] = []
    for place, kind in enumerate(kinds):
        if pieces and pieces[-1].share == kind:
            pieces[-1] = Piece(pieces[-1].start, place + 1, kind)
        else:
            pieces.append(Piece(place, place + 1, kind))
    return pieces
