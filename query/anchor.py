"""Point at exact words of a text, and find them again: W3C's TextQuoteSelector, with a hash.

White space does not count: a source breaks lines where its page does not. Everything else must be the same, character
by character. ``make`` writes an anchor for words, ``locate`` finds its words in a text of today:

    exact      the words stand there once, after and before what the anchor names
    elsewhere  the words stand there once, but between other words: they may be a lookalike
    unsure     the words stand there more than once, and the anchor does not tell which is meant
    changed    the words do not stand there; ``now`` is what stands in their place, if the place can be told
    damaged    the anchor itself was cut or altered on its way: its words do not have its hash
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import quote as percent
from urllib.parse import urlencode

LONGEST_WHOLE = 48  # characters of words that an address gives in full; longer ones by their first and last
END_LENGTH = 12  # of these
CONTEXT = 6  # characters before and after, at least
LONGEST_CONTEXT = 48
HASH_LENGTH = 10  # hexadecimal digits of SHA-256
LONGEST_ASKED = 4_000  # characters of a value that an address may bring
MOST_PLACES = 50
_LEAST_LIKE = 0.5  # of the words, for a place to be what they have become
_LONGEST_GUESSED = 400  # characters of words whose like is looked for: the comparison's time grows with their square

# JavaScript and Python differ on what is white space: both kinds are.
_BLANK = re.compile("[\\s\ufeff\x85\x1c-\x1f]+")

Span = tuple[int, int]


@dataclass(frozen=True)
class Anchor:
    """Words without white space. With ``to``, ``quote`` is how they begin and ``to`` how they end."""

    quote: str
    prefix: str = ""
    suffix: str = ""
    to: str = ""
    hash: str = ""

    @property
    def shown(self) -> str:
        """The words as one can show them."""
        return f"{self.quote}……{self.to}" if self.to else self.quote

    def query(self) -> str:
        """Return the anchor as the query of an address."""
        pairs = [("quote", self.quote), ("to", self.to), ("prefix", self.prefix), ("suffix", self.suffix), ("hash", self.hash)]
        return urlencode([pair for pair in pairs if pair[1]], quote_via=percent)


@dataclass(frozen=True)
class Located:
    """Where an anchor's words are; spans are of the solid text."""

    state: str
    places: tuple[Span, ...] = ()
    now: Span | None = None


def make_solid(text: str) -> str:
    """Return a text without its white space."""
    return _BLANK.sub("", text)


def hash_words(words: str) -> str:
    """Return the short hash of words, white space not counting."""
    return hashlib.sha256(make_solid(words).encode("utf-8", "replace")).hexdigest()[:HASH_LENGTH]


def make(text: str, start: int, end: int) -> Anchor:
    """Return the anchor of ``text[start:end]`` in a solid text; enough of what stands around it to tell it apart, if it can be.

    Raises ValueError where there are no words.
    """
    words = text[start:end]
    if not words:
        raise ValueError("no words to point at")
    context = CONTEXT
    while True:
        prefix, suffix = text[max(0, start - context) : start], text[end : end + context]
        if context >= LONGEST_CONTEXT or len(_in_context(text, _find_whole(text, words), prefix, suffix)) == 1:
            break
        context *= 2
    if len(words) <= LONGEST_WHOLE:
        return Anchor(words, prefix, suffix, "", hash_words(words))
    return Anchor(words[:END_LENGTH], prefix, suffix, words[-END_LENGTH:], hash_words(words))


def read_anchor(args: Mapping[str, str]) -> Anchor | None:
    """Read an anchor from the parameters of an address; None where it brings none."""

    def value(name: str) -> str:
        given = args.get(name) or ""
        return make_solid(given.encode("utf-8", "replace").decode()[:LONGEST_ASKED])

    if not value("quote"):
        return None
    return Anchor(value("quote"), value("prefix"), value("suffix"), value("to"), value("hash").lower())


def locate(text: str, anchor: Anchor) -> Located:
    """Find an anchor's words in a solid text."""
    if not anchor.to and anchor.hash and hash_words(anchor.quote) != anchor.hash:
        return Located("damaged")
    places = _find_ends(text, anchor) if anchor.to else _find_whole(text, anchor.quote)
    if not places:
        return Located("changed", now=_guess(text, anchor))
    fitting = _in_context(text, places, anchor.prefix, anchor.suffix)
    if len(fitting) == 1:
        return Located("exact", tuple(fitting))
    if len(places) == 1:
        return Located("elsewhere", tuple(places))
    return Located("unsure", tuple(fitting or places))


def write_text_fragment(url: str, words: str) -> str:
    """Return an address that opens a page at some words, for browsers that know text fragments.

    The words are matched by their beginning and end: line by line, since a fragment's match cannot cross blocks.
    """
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        return url
    first, last = lines[0][:END_LENGTH], lines[-1][-END_LENGTH:]
    whole = len(lines) == 1 and len(lines[0]) <= END_LENGTH
    fragment = percent(first, safe="") if whole else f"{percent(first, safe='')},{percent(last, safe='')}"
    # A hyphen has a meaning of its own in a fragment.
    return f"{url.partition('#')[0]}#:~:text={fragment.replace('-', '%2D')}"


def _find_whole(text: str, words: str) -> list[Span]:
    places: list[Span] = []
    at = text.find(words)
    while at >= 0 and len(places) < MOST_PLACES:
        places.append((at, at + len(words)))
        at = text.find(words, at + 1)
    return places


def _find_ends(text: str, anchor: Anchor) -> list[Span]:
    """Places that begin and end as the anchor says; where it has a hash, only those whose words have it."""
    places: list[Span] = []
    for start, after in _find_whole(text, anchor.quote):
        for _, end in _find_whole(text[after:], anchor.to):
            end += after
            if not anchor.hash or hash_words(text[start:end]) == anchor.hash:
                places.append((start, end))
                break
    return places


def _in_context(text: str, places: list[Span], prefix: str, suffix: str) -> list[Span]:
    return [(start, end) for start, end in places if text[:start].endswith(prefix) and text.startswith(suffix, end)]


def _guess(text: str, anchor: Anchor) -> Span | None:
    """What stands where the words stood: between what stood around them, else what is most like them."""
    before = _find_whole(text, anchor.prefix) if len(anchor.prefix) >= CONTEXT // 2 else []
    after = _find_whole(text, anchor.suffix) if len(anchor.suffix) >= CONTEXT // 2 else []
    length = LONGEST_ASKED if anchor.to else 3 * len(anchor.quote) + 60
    if len(before) == 1 and len(after) == 1 and 0 <= after[0][0] - before[0][1] <= length:
        return before[0][1], after[0][0]
    if anchor.to:
        return _guess_ends(text, anchor)
    if len(anchor.quote) > _LONGEST_GUESSED:
        return None
    first = max(0, _find_likest(text, anchor.quote) - len(anchor.quote))
    near = text[first : first + 3 * len(anchor.quote)]
    blocks = [block for block in SequenceMatcher(None, anchor.quote, near, autojunk=False).get_matching_blocks() if block.size >= 2]
    if sum(block.size for block in blocks) < max(1, _LEAST_LIKE * len(anchor.quote)):
        return None
    start = max(0, first + blocks[0].b - blocks[0].a)
    end = min(len(text), first + blocks[-1].b + len(anchor.quote) - blocks[-1].a)
    return start, end


def _find_likest(text: str, words: str) -> int:
    """Where the stretch of a text begins that shares most pairs of characters with some words."""
    pairs = {words[place : place + 2] for place in range(len(words) - 1)}
    found = [text[place : place + 2] in pairs for place in range(len(text) - 1)]
    shared = most = sum(found[: len(words)])
    best = 0
    for place in range(len(words), len(found)):
        shared += found[place] - found[place - len(words)]
        if shared > most:
            most, best = shared, place - len(words) + 1
    return best


def _guess_ends(text: str, anchor: Anchor) -> Span | None:
    starts, ends = _find_whole(text, anchor.quote), _find_whole(text, anchor.to)
    if len(starts) == 1 and len(ends) == 1 and starts[0][0] < ends[0][1]:
        return starts[0][0], ends[0][1]
    return None
