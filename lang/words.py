"""Cut text into words: jieba with the curated lexicon."""

from __future__ import annotations

import logging
from functools import lru_cache

import jieba

from lang.tokens import fold, fold_with_offsets

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

    def split(self, text: str) -> list[str]:
        """Return a text in words, punctuation and white space; put together they are the text."""
        folded, offsets = fold_with_offsets(text)
        pieces: list[str] = []
        start = place = 0
        for word in self._tokenizer.lcut(folded):
            place += len(word)
            end = offsets[place] if place < len(offsets) else len(text)
            if end > start:  # a character of two in matching form (㈱) goes with the word that ends it
                pieces.append(text[start:end])
                start = end
        return pieces


@lru_cache(maxsize=4)
def cutter(lexicon: tuple[str, ...]) -> Cutter:
    """Return the cutter for a lexicon; loading jieba's dictionary takes most of a second, once."""
    return Cutter(lexicon)
