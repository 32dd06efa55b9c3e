"""Tag provisions with themes: what each is about, learned from what curators have decided.

A theme's score is that of a logistic regression over the words of heading and body, character
n-grams of the heading, and how often the theme's own words (themes.yml, theme-words.yml) stand in
heading and sentences. A word that marks a theme counts only when it stands in the texts that the
tagger learned from, so that leaving documents out when measuring leaves their words out too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from lang.tokens import fold

LEAST_SCORE = 0.6  # where the left-out F1 was best; below it a theme is not given
ALONE = {"background", "guiding-principles", "goals", "organisation"}  # full of every theme's words
_DAMPING = 0.3
_AGENCY_BRACKET = re.compile(r"[(（][^()（）]{0,150}(?:负责|下同)[)）]\s*\Z")
_SENTENCE_END = re.compile(r"[。；;\n]")
_SCOPE_SIGNS = re.compile(r"[、，,（）()＋+：:]")


@dataclass(frozen=True)
class Passage:
    """What the tagger sees of a unit: its heading, its text, and of a loose paragraph its part's heading."""

    heading: str
    text: str
    part: str = ""


@dataclass(frozen=True)
class ThemeWords:
    """The words that mark a theme: of its name and scope, strong ones, and those that count in headings only."""

    id: str
    scope: tuple[str, ...]
    strong: tuple[str, ...]
    heading: tuple[str, ...]


@dataclass(frozen=True)
class Tag:
    """A theme given to a unit, with its score and the words that speak for it."""

    theme: str
    score: float
    evidence: tuple[str, ...]


def theme_words(theme: Mapping[str, str], words: Mapping[str, Sequence[str]]) -> ThemeWords:
    """Return the words of an entry of themes.yml and of theme-words.yml."""
    scope = [w for w in _SCOPE_SIGNS.split(f"{theme['name']}、{theme.get('scope', '')}") if len(w) > 1]
    return ThemeWords(
        theme["id"],
        tuple(map(fold, dict.fromkeys(scope))),
        tuple(map(fold, words.get("strong") or ())),
        tuple(map(fold, words.get("heading") or ())),
    )


class Tagger:
    """Learns from labelled passages, and scores others."""

    def __init__(self, themes: Sequence[ThemeWords], cut: Callable[[str], list[str]]) -> None:
        self.themes = themes
        self._cut = cut
        self._body = TfidfVectorizer(analyzer=self._words_of, sublinear_tf=True)
        self._heading = TfidfVectorizer(analyzer=self._words_of, sublinear_tf=True)
        self._characters = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
        self._models: list[LogisticRegression | None] = []
        self._strong: list[list[str]] = []  # of each theme, the words that stand in what was learned from
        self._headed: list[list[str]] = []

    def fit(self, passages: Sequence[Passage], labels: Sequence[Sequence[str]]) -> Tagger:
        """Learn from passages and the themes that a curator gave each."""
        known = "\n".join(fold(p.heading + "\n" + p.text) for p in passages)
        self._strong = [[w for w in theme.strong if w in known] for theme in self.themes]
        self._headed = [[w for w in theme.heading if w in known] for theme in self.themes]
        shared = self._shared(passages, fit=True)
        own = self._own(passages)
        for number, theme in enumerate(self.themes):
            given = np.array([theme.id in some for some in labels])
            if not given.any():
                self._models.append(None)
                continue
            model = LogisticRegression(C=3, class_weight="balanced", solver="liblinear", max_iter=800, random_state=0)
            self._models.append(model.fit(hstack([shared, csr_matrix(own[:, number])]), given))
        return self

    def score(self, passages: Sequence[Passage]) -> np.ndarray:
        """Return the score of each theme (columns) for each passage (rows), from 0 to 1."""
        shared = self._shared(passages, fit=False)
        own = self._own(passages)
        columns = []
        for number, model in enumerate(self._models):
            if model is None:  # never seen in what was learned from: the theme's own words alone speak
                columns.append(np.minimum(0.95, own[:, number, 0] * 0.55 + own[:, number, 1] * 0.15))
            else:
                columns.append(model.predict_proba(hstack([shared, csr_matrix(own[:, number])]))[:, 1])
        scores = np.stack(columns, axis=1)
        for row in scores:
            best = int(row.argmax())
            if self.themes[best].id in ALONE and row[best] >= LEAST_SCORE:
                kept = row[best]
                row *= _DAMPING
                row[best] = kept
        return scores

    def tag(self, passages: Sequence[Passage]) -> list[list[Tag]]:
        """Return the themes of each passage, the likeliest first; none where nothing speaks for one."""
        tagged = []
        for passage, row in zip(passages, self.score(passages)):
            order = np.argsort(-row, kind="stable")
            tags = [
                Tag(self.themes[i].id, round(float(row[i]), 3), self.evidence(passage, self.themes[i]))
                for i in order
                if row[i] >= LEAST_SCORE
            ]
            tagged.append(tags)
        return tagged

    def evidence(self, passage: Passage, theme: ThemeWords) -> tuple[str, ...]:
        """Return the theme's words that stand in a passage, those in its heading first.

        Where none of them does, those words of the passage that weigh most for the theme in what was learned.
        """
        heading, text = fold(passage.heading), fold(passage.text)
        found = [w for w in (*theme.strong, *theme.heading, *theme.scope) if w in heading]
        found += [w for w in (*theme.strong, *theme.scope) if w in text]
        return tuple(dict.fromkeys(found))[:6] or self._weightiest(passage, theme)

    def _weightiest(self, passage: Passage, theme: ThemeWords) -> tuple[str, ...]:
        model = self._models[self.themes.index(theme)]
        if model is None:
            return ()
        row = self._body.transform([_body(passage)]).toarray()[0]
        weights = row * model.coef_[0][: len(row)]
        names = self._body.get_feature_names_out()
        return tuple(str(names[i]) for i in np.argsort(-weights, kind="stable")[:3] if weights[i] > 0)

    def _shared(self, passages: Sequence[Passage], fit: bool) -> csr_matrix:
        def apply(vectorizer: TfidfVectorizer, texts: list[str]) -> csr_matrix:
            return vectorizer.fit_transform(texts) if fit else vectorizer.transform(texts)

        headings = [p.heading or p.part for p in passages]
        parts = [
            apply(self._body, [_body(p) for p in passages]),
            apply(self._heading, headings),
            apply(self._characters, [p.heading for p in passages]),
            csr_matrix(np.array([self._scopes(p) for p in passages])),
        ]
        return hstack(parts).tocsr()

    def _scopes(self, passage: Passage) -> list[float]:
        """How often each theme's scope is named: a theme is told by what else is there, too."""
        heading, text = fold(passage.heading), fold(_body(passage))
        in_heading = [min(2, sum(heading.count(w) for w in theme.scope)) for theme in self.themes]
        in_text = [0.5 * float(np.log1p(sum(text.count(w) for w in theme.scope))) for theme in self.themes]
        return [*in_heading, *in_text]

    def _own(self, passages: Sequence[Passage]) -> np.ndarray:
        """What of each theme's own words stands in each passage: passages by themes by six figures."""
        return 1.5 * np.array([self._own_of(passage) for passage in passages]).reshape(len(passages), len(self.themes), 6)

    def _own_of(self, passage: Passage) -> list[list[float]]:
        heading, text = fold(passage.heading or passage.part), fold(_body(passage))
        sentences = [s for s in _SENTENCE_END.split(text) if s.strip()]
        rows = []
        for theme, strong, headed in zip(self.themes, self._strong, self._headed):
            present = [w for w in strong if w in text]
            held = sum(any(w in sentence for w in present) for sentence in sentences) if present else 0
            rows.append(
                [
                    float(any(w in heading for w in (*strong, *headed))),
                    min(held, 3),
                    float(held > 0),
                    held / max(len(sentences), 1),
                    sum(heading.count(w) for w in theme.scope),
                    float(np.log1p(sum(text.count(w) for w in theme.scope))),
                ]
            )
        return rows

    def _words_of(self, text: str) -> list[str]:
        return [word for word in self._cut(text) if len(word) > 1]


def _body(passage: Passage) -> str:
    """The text without the bracket of agencies at its end: 省残联 there does not make it about 残疾人."""
    return _AGENCY_BRACKET.sub("", passage.text)
