"""Show what changed between two wordings, word by word: what stayed, what was struck out, what was put in."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from lang.tokens import fold

SAME, DELETED, INSERTED = "same", "deleted", "inserted"
Piece = tuple[str, str]

#: What stays between two changes and is no longer than this, in letters, is chance: 的, 和, 以及.
SHORTEST_STAY = 2


def redline(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """Return the pieces of two texts cut into words, as (words, ``same``, ``deleted`` or ``inserted``).

    ``same`` and ``inserted`` put together are the new text; ``same`` and ``deleted`` are the old one, but for what
    differs in white space or in full and half width alone, which is shown as the new text has it.
    """
    mine, theirs = [_match(word) for word in old], [_match(word) for word in new]
    changes: list[tuple[str, str, str]] = []  # (stays, struck out, put in): of each either the first or the others
    for _, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        is_same = "".join(mine[a:b]) == "".join(theirs[c:d])
        if is_same and changes and changes[-1][0]:
            changes[-1] = (changes[-1][0] + after, "", "")
        elif is_same:
            changes += [(after, "", "")] if after else []
        else:
            changes.append(("", before, after))
    return _print(_join_choppy(changes))


def _match(word: str) -> str:
    return "".join(fold(word).split())


def _join_choppy(changes: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Join changes with nothing but a word of chance between them: a reader follows whole phrases."""
    joined: list[tuple[str, str, str]] = []
    for place, (stays, before, after) in enumerate(changes):
        is_between = bool(joined) and not joined[-1][0] and place + 1 < len(changes)
        if stays and is_between and sum(c.isalnum() for c in stays) <= SHORTEST_STAY and stays[-1] not in "。；\n":
            joined[-1] = ("", joined[-1][1] + stays, joined[-1][2] + stays)
        elif not stays and joined and not joined[-1][0]:
            joined[-1] = ("", joined[-1][1] + before, joined[-1][2] + after)
        else:
            joined.append((stays, before, after))
    return joined


def _print(changes: Sequence[tuple[str, str, str]]) -> list[Piece]:
    pieces: list[Piece] = []
    for stays, before, after in changes:
        pieces += [(words, kind) for words, kind in ((stays, SAME), (before, DELETED), (after, INSERTED)) if words]
    return pieces
