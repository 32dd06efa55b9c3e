"""List where the tagger, not having seen a province, would have decided otherwise than the curator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.facts import learn_themes, passages_of
from ingest.update import read_labelled
from ingest.vocabulary import load_vocabulary
from lang.words import cutter


def disagree(corpus: Path) -> list[dict[str, Any]]:
    """Return, unit by unit, the themes that only the curator or only the tagger gives, with the tagger's score.

    Each province is tagged by a tagger that learned from the others, so that it cannot repeat what
    it was told. Raises SourceError.
    """
    corpus = corpus.resolve()
    vocabulary = load_vocabulary(corpus)
    cut = cutter(vocabulary.lexicon)
    rows = read_labelled(corpus, vocabulary)
    found: list[dict[str, Any]] = []
    for province in sorted({document[:2] for document in rows}):
        tagger = learn_themes(vocabulary, {d: r for d, r in rows.items() if d[:2] != province}, cut)
        if tagger is None:
            continue
        for document in (d for d in rows if d[:2] == province):
            labelled = [(r, p) for r, p in passages_of(rows[document]) if r["eid"] in vocabulary.labels[document]]
            for (row, _), tags in zip(labelled, tagger.tag([passage for _, passage in labelled])):
                curator = set(vocabulary.labels[document][row["eid"]])
                model = {tag.theme: tag.score for tag in tags}
                if curator != set(model):
                    found.append(
                        {
                            "id": row["id"],
                            "label": row["label"],
                            "only_curator": sorted(curator - set(model)),
                            "only_model": {theme: model[theme] for theme in sorted(set(model) - curator)},
                        }
                    )
    return found
