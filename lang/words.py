"""Cut text into words: jieba with the curated lexicon."""

from __future__ import annotations

import logging
from functools import lru_cache

import jieba

from lang.tokens import fold

jieba.setLogLevel(logging.WARNING)


class Cutter:
    """Cuts folded text into words; the lexicon's words are never cut apart by a likelier reading."""

    def __init__(self, lexicon: tuple[str, ...]) -> None:
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.initialize()
        for word in lexicon:
            self._tokenizer.add_word(fold(word))

    def cut(self, text: str) -> list[str]:
        """Return the words of a text, in order, letters and digits only."""
        return [word for word in self._tokenizer.lcut(fold(text)) if any(c.isalnum() for c in word)]


@lru_cache(maxsize=4)
def cutter(lexicon: tuple[str, ...]) -> Cutter:
    """Return the cutter for a lexicon; loading jieba's dictionary takes most of a second, once."""
    return Cutter(lexicon)
