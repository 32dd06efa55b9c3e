"""Set two wordings of one passage beside each other: which words stand in both, and which in one."""

from __future__ import annotations

from difflib import SequenceMatcher

from align.stream import fold_codes

LEAST_COMMON = 2  # a lone character in common is chance

Words = list[tuple[str, bool]]


def compare_words(text: str, other: str) -> tuple[Words, float]:
    """Return a text in pieces, each with whether the other has it too, in the same order; and how much is in both.

    Put together the pieces are the text. White space and punctuation are not compared: they go with what stands around
    them. The share is of the longer one's letters, digits and Han characters; 1.0 only where these are the same.
    """
    (codes, offsets), (other_codes, _) = fold_codes(text), fold_codes(other)
    mine, theirs = codes.tolist(), other_codes.tolist()
    if mine == theirs:
        return ([(text, True)] if text else []), 1.0
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    is_common = [False] * len(mine)
    for block in blocks:
        if block.size >= LEAST_COMMON:
            is_common[block.a : block.a + block.size] = [True] * block.size
    return _cut(text, offsets.tolist(), is_common), sum(is_common) / max(len(mine), len(theirs))


def _cut(text: str, offsets: list[int], flags: list[bool]) -> Words:
    flag_of: dict[int, bool] = {}
    for offset, flag in zip(offsets, flags):
        flag_of[offset] = flag_of.get(offset, True) and flag
    # A sign between two words that differ differs as well; at their edge it does not.
    after = True
    is_common = [True] * len(text)
    for place in reversed(range(len(text))):
        after = flag_of.get(place, after)
        is_common[place] = after
    before = True
    for place in range(len(text)):
        before = flag_of.get(place, before)
        is_common[place] = is_common[place] if place in flag_of else is_common[place] or before
    pieces: Words = []
    for character, flag in zip(text, is_common):
        if pieces and pieces[-1][1] == flag:
            pieces[-1] = (pieces[-1][0] + character, flag)
        else:
            pieces.append((character, flag))
    return pieces
