"""How good the counterparts are: each document judged by weights that were learned without it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from align.counterparts import FEATURES, RIVALRY, Model, compare, match, read_model, rivalry
from align.gathering import ONE, gather
from align.measures import LEAST_LINK
from align.provisions import Encoded, Provision, encode
from align.tables import read_provisions, read_weights
from lang.words import cutter
from tests.quality.themes import learn_themes, load_labelled

GOLD = Path(__file__).parents[1] / "gold" / "measures"  # a file for each of two readers
PASSING = 0.25  # where silence was told best, on the documents left out
PLANS = ("ln-2022-zhiye-jineng-peixun", "he-2022-zhiye-jineng-peixun", "cq-2021-zhiye-jineng-peixun")


@dataclass(frozen=True)
class Judgement:
    """What a reader found in another document for a provision: whole counterparts, and passages in passing."""

    provision: str
    document: str
    whole: frozenset[str]
    partial: frozenset[str]


def load_judgements() -> dict[tuple[str, str], Judgement]:
    """Return by (provision, other document) what both readers found.

    A counterpart is whole where both say so; a document is silent where both say so; the rest counts neither way.
    """
    first, second = ({(j.provision, j.document): j for j in judge(load_measures(path))} for path in sorted(GOLD.glob("*.yml")))
    together = {}
    for key, one in first.items():
        other = second[key]
        whole = one.whole & other.whole
        together[key] = Judgement(*key, whole, (one.whole | one.partial | other.whole | other.partial) - whole)
    return together


def load_measures(path: Path) -> list[dict[str, Any]]:
    """Return the measures of the gold; members are (id, whole) by document."""
    measures = []
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["measures"]:
        members = {
            document: [(f"{document}__{eid.lstrip('~')}", not eid.startswith("~")) for eid in eids]
            for document, eids in entry.items()
            if document not in ("id", "name", "note")
        }
        measures.append({"id": entry["id"], "name": entry["name"], "members": members})
    return measures


def judge(measures: list[dict[str, Any]]) -> Iterator[Judgement]:
    """Yield what the measures say for every provision and every other document."""
    whole: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    partial: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    home: dict[str, str] = {}
    for measure in measures:
        for document, members in measure["members"].items():
            for id_, is_whole in members:
                home[id_] = document
                for other, others in measure["members"].items():
                    for other_id, other_whole in others:
                        (whole if is_whole and other_whole else partial)[id_, other].add(other_id)
    documents = sorted(set(home.values()))
    for id_, own in home.items():
        for document in documents:
            if document != own:
                found = whole[id_, document]
                yield Judgement(id_, document, frozenset(found), frozenset(partial[id_, document] - found))


def encode_all(conn: sqlite3.Connection) -> Encoded:
    """Return all compared provisions of a database, encoded."""
    lexicon = tuple(row[0] for row in conn.execute("select word from lexicon order by rowid"))
    return encode(read_provisions(conn), read_weights(conn, cutter(lexicon).cut))


def learn(encoded: Encoded, unlabelled: Mapping[str, Encoded], judgements: Mapping[tuple[str, str], Judgement], documents: set[str]) -> dict[str, Any]:
    """Return weights learned from pairs of the named documents, in the form of align/weights.json.

    For pairs with a tagger's themes each pair is seen twice, with the themes of one or the other from ``unlabelled``.
    """
    pairs = list(combinations(sorted(documents), 2))
    return {
        "labelled": _fit([(encoded, a, b) for a, b in pairs], judgements),
        "tagged": _fit([(unlabelled[new], a, b) for a, b in pairs for new in (a, b)], judgements),
        "whole": 0.5,
        "passing": PASSING,
    }


def _fit(pairs: Sequence[tuple[Encoded, str, str]], judgements: Mapping[tuple[str, str], Judgement]) -> dict[str, Any]:
    """Learn from pairs of documents: a whole counterpart speaks for a pair, silence against it, a passage in passing says neither."""
    values, truth = [], []
    for encoded, a, b in pairs:
        rows, columns = (np.array([i for i, p in enumerate(encoded.provisions) if p.document == d]) for d in (a, b))
        said = np.array([[_said(judgements, encoded.provisions[i].id, encoded.provisions[j]) for j in columns] for i in rows])
        values.append(np.stack(compare(encoded, encoded, rows, columns), axis=-1))
        truth.append(said)
    flat = np.concatenate([v.reshape(-1, len(FEATURES)) for v in values])
    said = np.concatenate([s.ravel() for s in truth])
    sure = said >= 0
    first = LogisticRegression(C=3.0, max_iter=2000).fit(flat[sure], said[sure])
    scores = [v @ first.coef_[0] + first.intercept_[0] for v in values]
    leads = np.concatenate([np.stack(rivalry(score), axis=-1).reshape(-1, len(RIVALRY)) for score in scores])
    second = LogisticRegression(C=3.0, max_iter=2000).fit(leads[sure], said[sure])
    return {
        "features": dict(zip(FEATURES, _round(first.coef_[0]))),
        "intercept": _round(first.intercept_)[0],
        "rivalry": dict(zip(RIVALRY, _round(second.coef_[0]))),
        "rivalry_intercept": _round(second.intercept_)[0],
    }


def _round(weights: np.ndarray) -> list[float]:
    return [round(weight, 4) for weight in weights.astype(float).tolist()]


def _said(judgements: Mapping[tuple[str, str], Judgement], provision: str, other: Provision) -> int:
    """1: a whole counterpart; 0: none; -1: in passing, or the readers differ."""
    judgement = judgements[provision, other.document]
    return 1 if other.id in judgement.whole else -1 if other.id in judgement.partial else 0


def learn_without_each(
    encoded: Encoded, unlabelled: Mapping[str, Encoded], judgements: Mapping[tuple[str, str], Judgement]
) -> dict[str, Model]:
    """Return for each document the weights that were learned without it."""
    documents = {p.document for p in encoded.provisions}
    return {document: read_model(learn(encoded, unlabelled, judgements, documents - {document})) for document in sorted(documents)}


def leave_out(
    encoded: Encoded, unlabelled: Mapping[str, Encoded], models: Mapping[str, Model], new: bool = False
) -> dict[tuple[str, str], list[tuple[float, str]]]:
    """Predict the counterparts of each document's provisions with weights that were learned without that document.

    ``new``: the document has the themes of a tagger that never saw it (``unlabelled``), as one has that comes in new.
    """
    found: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for document, model in models.items():
        for key, some in predict_all(unlabelled[document] if new else encoded, model).items():
            if key[0].startswith(f"{document}__"):
                found[key] = some
    return found


def measure_gathering(
    encoded: Encoded, found: Mapping[tuple[str, str], list[tuple[float, str]]], judgements: Mapping[tuple[str, str], Judgement]
) -> dict[str, float]:
    """Return precision and recall of the pairs of different documents that stand in one measure, against whole counterparts.

    A pair's strength is the mean of what either side's weights say; pairs in passing count neither way.
    """
    strength: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (provision, _), some in found.items():
        for p, other in some:
            strength[min(provision, other), max(provision, other)] += p / 2
    provisions = encoded.provisions
    number = {p.id: place for place, p in enumerate(provisions)}
    links: dict[int, dict[int, int]] = {place: {} for place in range(len(provisions))}
    for (a, b), p in strength.items():
        if p >= 0.5:
            links[number[a]][number[b]] = links[number[b]][number[a]] = round(p * ONE)
    documents = sorted({p.document for p in provisions})
    gathered = gather(links.keys(), [], lambda place: documents.index(provisions[place].document), lambda _: links, round(LEAST_LINK * ONE))
    home = {p.id: p.document for p in provisions}
    given = {
        pair
        for group in gathered.groups
        for pair in combinations(sorted(provisions[place].id for place in group), 2)
        if home[pair[0]] != home[pair[1]]
    }
    whole = {(key[0], id_) for key, said in judgements.items() for id_ in said.whole if key[0] < id_}
    sure = {pair for pair in given if pair[1] not in judgements[pair[0], home[pair[1]]].partial}
    return {
        "measures_precision": round(len(sure & whole) / max(len(sure), 1), 4),
        "measures_recall": round(len(sure & whole) / len(whole), 4),
    }


def without_labels(encoded: Encoded, conn: sqlite3.Connection) -> dict[str, Encoded]:
    """Return for each document the encoding in which its themes are those that a tagger gives that never saw it."""
    labelled = load_labelled(conn)
    lexicon = tuple(row[0] for row in conn.execute("select word from lexicon order by rowid"))
    encodings = {}
    weights = read_weights(conn, cutter(lexicon).cut)
    for document in sorted({p.document for p in encoded.provisions}):
        own = [entry for entry in labelled if entry[0].startswith(f"{document}__")]
        rest = tuple((p, tuple(given)) for id_, p, given in labelled if not id_.startswith(f"{document}__"))
        tagger = learn_themes(lexicon, rest)
        tags = {id_: tuple(t.theme for t in some) for (id_, _, _), some in zip(own, tagger.tag([p for _, p, _ in own]))}
        encodings[document] = encode([replace(p, themes=tags[p.id], is_labelled=False) if p.id in tags else p for p in encoded.provisions], weights)
    return encodings


def evaluate_counterparts(conn: sqlite3.Connection) -> dict[str, float]:
    """Return the figures of ``measure``, left-out; ``new_`` before those of documents without curated themes."""
    encoded, judgements = encode_all(conn), load_judgements()
    unlabelled = without_labels(encoded, conn)
    models = learn_without_each(encoded, unlabelled, judgements)
    found = leave_out(encoded, unlabelled, models)
    measured = {**measure(found, judgements), **measure_gathering(encoded, found, judgements)}
    new = measure(leave_out(encoded, unlabelled, models, new=True), judgements)
    return {**measured, **{f"new_{name}": value for name, value in new.items() if not name.startswith("judged")}}


def predict_all(encoded: Encoded, model: Model) -> dict[tuple[str, str], list[tuple[float, str]]]:
    """Return for (provision, other document) the counterparts that a model gives, best first."""
    found: defaultdict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    for pairs in match(encoded, encoded, model):
        for i, j, p in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.probability.tolist()):
            a, b = encoded.provisions[i], encoded.provisions[j]
            found[a.id, b.document].append((p, b.id))
            found[b.id, a.document].append((p, a.id))
    return {key: sorted(some, key=lambda s: (-s[0], s[1])) for key, some in found.items()}


def measure(found: Mapping[tuple[str, str], list[tuple[float, str]]], judgements: Mapping[tuple[str, str], Judgement]) -> dict[str, float]:
    """Return top-1 accuracy (all documents, and between the plans), precision, recall and F1 of "none"."""
    plans, every, silent = [], [], []
    for key, said in judgements.items():
        best = found.get(key, [])
        if said.whole:
            right = bool(best) and best[0][1] in said.whole | said.partial
            every.append(right)
            if said.document in PLANS and said.provision.split("__")[0] in PLANS:
                plans.append(right)
        if said.whole or not said.partial:
            silent.append((not said.whole, not best))
    truth, given = (np.array(column) for column in zip(*silent))
    hits = float((truth & given).sum())
    precision, recall = hits / max(given.sum(), 1), hits / max(truth.sum(), 1)
    return {
        "top1_plans": round(float(np.mean(plans)), 4), "top1_all": round(float(np.mean(every)), 4),
        "none_precision": round(float(precision), 4), "none_recall": round(float(recall), 4),
        "none_f1": round(float(2 * precision * recall / max(precision + recall, 1e-9)), 4),
        "judged_plans": len(plans), "judged_all": len(every), "judged_none": int(truth.sum()),
    }  # fmt: skip


def list_wrong(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield a line for each judgement that the weights which never saw the document miss."""
    encoded, judgements = encode_all(conn), load_judgements()
    names = {p.id: f"{p.id} {p.heading or p.text.strip()[:12]}" for p in encoded.provisions}
    unlabelled = without_labels(encoded, conn)
    found = leave_out(encoded, unlabelled, learn_without_each(encoded, unlabelled, judgements))
    for key, said in judgements.items():
        best = found.get(key, [])
        right = ", ".join(names[id_] for id_ in sorted(said.whole)) or "nothing"
        if said.whole and not best:
            yield f"{names[key[0]]} -> {key[1]}: found nothing, is {right}"
        elif (said.whole or not said.partial) and best and best[0][1] not in said.whole | said.partial:
            yield f"{names[key[0]]} -> {key[1]}: found {names[best[0][1]]} ({best[0][0]:.2f}), is {right}"
