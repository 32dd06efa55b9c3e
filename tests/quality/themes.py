"""How good the themes are: each province tagged by a tagger that never saw it."""

from __future__ import annotations

import sqlite3
from functools import cache

import numpy as np
import yaml

from ingest.stamp import ROOT
from ingest.tag import LEAST_SCORE, Passage, Tagger, ThemeWords, theme_words
from lang.words import cutter

LABELS = ROOT / "corpus" / "labels"


def load_themes() -> list[ThemeWords]:
    """Return the themes with their words."""
    words = yaml.safe_load((ROOT / "corpus" / "theme-words.yml").read_text(encoding="utf-8"))
    groups = yaml.safe_load((ROOT / "corpus" / "themes.yml").read_text(encoding="utf-8"))["groups"]
    return [theme_words(theme, words.get(theme["id"], {})) for group in groups for theme in group["themes"]]


def load_labelled(conn: sqlite3.Connection) -> list[tuple[str, Passage, list[str]]]:
    """Return (provision id, passage, themes main first) for every labelled unit."""
    sql = """
        select coalesce(p.heading, ''), p.text, case when p.kind = 'paragraph' then coalesce(q.heading, '') else '' end
        from provisions p left join provisions q on q.id = p.parent_id where p.id = ?
    """
    labelled = []
    for path in sorted(LABELS.glob("*.yml")):
        for eid, themes in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            provision = f"{path.stem}__{eid}"
            labelled.append((provision, Passage(*conn.execute(sql, [provision]).fetchone()), themes or []))
    return labelled


@cache
def learn_themes(lexicon: tuple[str, ...], learned: tuple[tuple[Passage, tuple[str, ...]], ...]) -> Tagger:
    """Return a tagger that learned from passages and their themes; kept, since more than one gate leaves out the same."""
    return Tagger(load_themes(), cutter(lexicon).cut).fit([passage for passage, _ in learned], [given for _, given in learned])


def evaluate_themes(conn: sqlite3.Connection) -> dict[str, float | dict[str, tuple[float, float, float]]]:
    """Return micro and macro F1, precision and recall left-out, baselines, and per theme (precision, recall, F1)."""
    themes = load_themes()
    ids = [theme.id for theme in themes]
    labelled = load_labelled(conn)
    lexicon = tuple(row[0] for row in conn.execute("select word from lexicon order by rowid"))
    provinces = np.array([provision[:2] for provision, _, _ in labelled])
    truth = np.array([[i in given for i in ids] for _, _, given in labelled])
    scores = np.zeros(truth.shape)
    majority = np.zeros(truth.shape, dtype=bool)
    for province in sorted(set(provinces)):
        learn, test = np.flatnonzero(provinces != province), np.flatnonzero(provinces == province)
        tagger = learn_themes(lexicon, tuple((labelled[i][1], tuple(labelled[i][2])) for i in learn))
        scores[test] = tagger.score([labelled[i][1] for i in test])
        majority[test, truth[learn].sum(axis=0).argmax()] = True
    heading = np.array([[any(w in p.heading for w in theme.scope) for theme in themes] for _, p, _ in labelled])
    given = scores >= LEAST_SCORE
    mains = [(i, ids.index(themes_of[0])) for i, (_, _, themes_of) in enumerate(labelled) if themes_of]
    top3 = float(np.mean([main in np.argsort(-scores[i], kind="stable")[:3] for i, main in mains]))
    per_theme = {theme: _prf(truth[:, [j]], given[:, [j]]) for j, theme in enumerate(ids)}
    macro = float(np.mean([f1 for theme, (_, _, f1) in per_theme.items()]))
    precision, recall, micro = _prf(truth, given)
    return {
        "micro_f1": micro,
        "micro_precision": precision,
        "micro_recall": recall,
        "macro_f1": round(macro, 4),
        "main_in_first_three": round(top3, 4),
        "baseline_heading_f1": _prf(truth, heading)[2],
        "baseline_majority_f1": _prf(truth, majority)[2],
        "per_theme": per_theme,
    }


def _prf(truth: np.ndarray, given: np.ndarray) -> tuple[float, float, float]:
    hits = float((truth & given).sum())
    precision = hits / given.sum() if given.any() else 0.0
    recall = hits / truth.sum() if truth.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return round(float(precision), 4), round(float(recall), 4), round(float(f1), 4)
