"""Check a draft against the documents of the database: what corresponds, what others set, what is missing.

``review`` takes the record that ``ingest.draft.parse_draft`` makes, and returns a plain dict, the *review*:

    name, title, characters, remarks, doubts    as in the record
    documents       [{id, title, title_supplied, province, province_code, issued_on, provisions, kinship, vocabulary,
                    counterparts, is_compared, is_peer, is_same}]: ``kinship`` is how alike the words of the two are as a whole,
                    ``vocabulary`` the share of the draft's words that stand there, rare ones counting more, both from 0
                    to 1; ``counterparts`` the number of provisions of the draft that have one there; ``is_compared``:
                    always, for the documents that are not among the nearest are left out; ``is_same``: most of the draft
                    stands there word for word
    units           [{n, id, kind, label, opening, themes: [{id, name}], state, shared, documents: [document], silent,
                    figures: {own, others}}] in the order of the draft, n from 1
      state         "same", "adapted", "own": how it words what others word too, ``shared`` being the share of its Han
                    characters that they have in common; "passing": others only touch its matter; "none": no counterpart.
                    A document that is the draft itself (``is_same``) is listed, but no other to be judged by
      document      {document_id, province, title, found: [counterpart]}, the likeliest first
      counterpart   {id, eid, label, opening, address, pinned, score, kind ("whole", "passing"), shared, why, reasons}
      silent        ids of the documents without one, of those that were compared
      figures       own: [figure], others: [{document_id, province, address, label, figures: [figure]}]
    missing, touched    [{id, label, theme, documents, of, places: [{document_id, province, title, id, label, opening,
                    address, pinned, figures}], by: [{n, label, province, other}]}]: measures that more than half of the
                    peers have; the draft has nothing of the first, and of the second only provisions (``by``) that touch
                    them in passing
    counts          {provisions, whole, same, adapted, own, passing, none, documents, compared, peers, missing, touched}

A document is a **peer** when a quarter of the draft corresponds with it: what peers have can be missed, what a document
on another matter has cannot.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from align.counterparts import FEATURES, load_model, match
from align.cover import judge_cover
from align.explain import explain
from align.provisions import Encoded, Provision, encode
from query.addresses import number_of_version, write_address
from query.counterparts import extents, list_reasons
from query.database import rows
from query.draft_known import Known, bring_to_unit, load_library
from query.facts import figures_of_units
from query.themes import OPENING, first_sentence

ID = "draft"
#: The model has learned from documents on one matter, where a shared theme says much. Of a document that is less like the
#: draft, the words of the two provisions must be alike as well: (kinship from, or vocabulary from, least likeness of words).
LEAST_LIKENESS = ((0.3, 0.62, 0.0), (0.15, 0.62, 0.2), (0.0, 0.0, 0.35))
SHORT_LIKENESS = ((0.3, 0.62, 0.0), (0.15, 0.45, 0.15), (0.0, 0.0, 0.35))  # of a few clauses kinship tells little
SHORT = 2000  # characters
LEAST_WORDS = 20  # characters of what can be like anything in such a document: a cell of a table (主要指标) says too little
PEER, LEAST_SHARED = 0.25, 2  # share of the draft's characters, and its provisions, that correspond with a document
FARTHEST_PEER = 0.2  # likeness needed of its provisions: of a document farther away common phrases alone would count
SAME_DOCUMENT = 0.8  # of the draft's provisions stand in the document word for word
MOST_DOCUMENTS, MOST_A_DOCUMENT = 12, 3  # listed of one provision
_WORDS, _CONTAINED = FEATURES.index("words"), FEATURES.index("contained")
_SET = {"target", "payment", "limit", "frequency"}  # figures that are set; others say what exists


@dataclass(frozen=True)
class _Pair:
    left: int
    right: int
    score: float
    kind: str
    values: np.ndarray


def review(conn: sqlite3.Connection, draft: Mapping[str, Any], until: float | None = None) -> dict[str, Any]:
    """Return the review of a draft. Raises TimeoutError when ``until`` (of time.monotonic) passes before it is done."""
    library = load_library(conn)
    units = draft["provisions"]
    # An article without a heading is no preamble: only the words before the first heading stand in nothing.
    provisions = [
        Provision(u["id"], ID, u["heading"], u["text"], u["part"] or _unheaded(u), u["place"], tuple(u["themes"])) for u in units
    ]
    compared = library.find_nearest(provisions)
    _check(until)
    known = library.open(conn, compared)
    encoded = encode(provisions, known.weights)
    kin = _measure_kin(known, encoded, draft["text"])
    _check(until)
    needed = _needed_likeness(kin, SHORT_LIKENESS if draft["characters"] < SHORT else LEAST_LIKENESS)
    pairs = _find(known, encoded, needed, {ID: compared})
    _check(until)
    of_unit: dict[int, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        of_unit[pair.left].append(pair)
    # A document without provisions to compare is not left out: it says nothing, whatever is asked.
    left_out = set(library.documents).difference(known.documents)
    documents = _describe_documents(conn, known, units, pairs, kin, needed, left_out)
    told = _tell_provisions(conn, {known.encoded.provisions[pair.right].id for pair in pairs})
    names = dict(conn.execute("select id, name from themes"))
    described = []
    for n, unit in enumerate(units, 1):
        described.append(_describe_unit(known, encoded, n, unit, of_unit.get(n - 1, []), documents, told, names))
        _check(until)
    missing, touched = _find_missing(conn, known, described, pairs, [d for d in documents.values() if d["is_peer"]])
    states = Counter(unit["state"] for unit in described)
    return {
        **{key: draft[key] for key in ("name", "title", "characters", "remarks", "doubts")},
        "documents": list(documents.values()),
        "units": described,
        "missing": missing,
        "touched": touched,
        "counts": {
            "provisions": len(described),
            "whole": states["same"] + states["adapted"] + states["own"],
            **{state: states[state] for state in ("same", "adapted", "own", "passing", "none")},
            "documents": len(extents(conn)),
            "compared": len(documents),
            "peers": sum(document["is_peer"] for document in documents.values()),
            "missing": len(missing),
            "touched": len(touched),
        },
    }


def _check(until: float | None) -> None:
    if until is not None and time.monotonic() > until:
        raise TimeoutError


def _unheaded(unit: Mapping[str, Any]) -> str:
    return "" if unit["kind"] == "paragraph" else unit["number"] or unit["kind"]


def _measure_kin(known: Known, encoded: Encoded, text: str) -> np.ndarray:
    """The kinship and the vocabulary that the draft shares with each document; words that no document has are in none."""
    counts = Counter(word for word in known.weights.cut(text) if len(word) > 1)
    found = {known.weights.words[word][0]: n for word, n in counts.items() if word in known.weights.words}
    rarest = max((rarity for _, rarity in known.weights.words.values()), default=1.0)
    weight = {word: known.weights.words[word][1] if word in known.weights.words else rarest for word in counts}
    columns = list(found)
    weights = np.array([n * weight[known.words[column]] for column, n in found.items()], dtype=float)
    vocabulary = (known.sums[:, columns] > 0) @ weights / max(sum(n * weight[word] for word, n in counts.items()), 1.0)
    likeness = known.sums @ bring_to_unit(np.asarray(encoded.words.sum(axis=0)).ravel())
    return np.column_stack([likeness * (sum(found.values()) / max(counts.total(), 1)), vocabulary])


def _needed_likeness(kin: np.ndarray, table: Sequence[tuple[float, float, float]]) -> np.ndarray:
    """How alike the words of two provisions must be, by document."""
    return np.array([next(least for a, b, least in table if kinship >= a or vocabulary >= b) for kinship, vocabulary in np.maximum(kin, 0)])


def _find(known: Known, encoded: Encoded, least: np.ndarray, nearest: Mapping[str, Sequence[str]]) -> list[_Pair]:
    model = load_model()
    is_long = np.array([len(_solid(p.text)) >= LEAST_WORDS for p in encoded.provisions], dtype=bool)
    found = []
    for pairs in match(encoded, known.encoded, model, nearest):
        needed = least[known.encoded.documents[pairs.right]]
        alike = (pairs.values[:, _WORDS] >= needed) & ((needed == 0) | is_long[pairs.left])
        kept = np.flatnonzero(alike & (pairs.probability >= model.passing))
        for i in kept[np.argsort(-pairs.probability[kept], kind="stable")]:
            score = float(pairs.probability[i])
            kind = "whole" if score >= model.whole else "passing"
            found.append(_Pair(int(pairs.left[i]), int(pairs.right[i]), round(score, 4), kind, pairs.values[i]))
    return found


def _describe_documents(
    conn: sqlite3.Connection, known: Known, units: Sequence[Mapping[str, Any]], pairs: Sequence[_Pair], kin: np.ndarray, needed: np.ndarray,
    left_out: Collection[str],
) -> dict[str, dict[str, Any]]:  # fmt: skip
    sizes = [len(unit["text"]) for unit in units]
    matched: dict[str, set[int]] = defaultdict(set)
    verbatim: dict[str, set[int]] = defaultdict(set)
    for pair in pairs:
        other = known.encoded.provisions[pair.right]
        if pair.kind == "whole":
            matched[other.document].add(pair.left)
        if pair.values[_CONTAINED] > 0.9 and _solid(units[pair.left]["text"]) == _solid(other.text):
            verbatim[other.document].add(pair.left)
    measured = {id_: (*row, least) for id_, row, least in zip(known.documents, kin.tolist(), needed.tolist())}
    described = {}
    for id_, entry in extents(conn).items():
        if id_ in left_out:  # of thousands nothing is said but how many they are
            continue
        kinship, vocabulary, least = measured.get(id_, (0.0, 0.0, 1.0))
        is_covered = sum(sizes[left] for left in matched[id_]) >= PEER * sum(sizes)
        is_same = len(verbatim[id_]) >= max(2, SAME_DOCUMENT * len(units))
        described[id_] = {
            **entry["document"],
            "provisions": entry["looked"]["provisions"],
            "kinship": round(kinship, 3),
            "vocabulary": round(vocabulary, 3),
            "counterparts": len(matched[id_]),
            "is_compared": True,
            "is_same": is_same,
            "is_peer": not is_same and least <= FARTHEST_PEER and is_covered and len(matched[id_]) >= LEAST_SHARED,
        }
    return dict(
        sorted(described.items(), key=lambda d: (not d[1]["is_same"], not d[1]["is_peer"], -d[1]["kinship"], d[0]))
    )


def _solid(text: str) -> str:
    return "".join(text.split())


def _tell_provisions(conn: sqlite3.Connection, ids: set[str]) -> dict[str, dict[str, Any]]:
    """What is said of provisions of documents, by id: label, opening, addresses, the figures they set."""
    found = _read_provisions(conn, sorted(ids))
    figures = figures_of_units(conn, sorted(ids))
    told = {}
    for row in found:
        told[row["id"]] = {
            **{key: row[key] for key in ("id", "document_id", "eid", "label")},
            "opening": first_sentence(row),
            "address": write_address(row["document_id"], row["eid"]),
            "pinned": write_address(row["document_id"], row["eid"], number_of_version(row["version_id"])),
            "figures": [_tell_figure(figure) for figure in figures.get(row["id"], [])],
        }
    return told


def _read_provisions(conn: sqlite3.Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    sql = """
        SELECT id, document_id, eid, label, number, heading, kind, substr(text, 1, :opening) AS text,
               cells IS NOT NULL AS is_table, version_id
        FROM provisions WHERE id IN (SELECT value FROM json_each(:ids))
    """
    return rows(conn, sql, {"ids": json.dumps(list(ids)), "opening": OPENING})


def _tell_figure(figure: Mapping[str, Any]) -> dict[str, Any]:
    return {key: figure[key] for key in ("text", "subject", "kind", "year")} | {"tentative": bool(figure["tentative"])}


def _describe_unit(
    known: Known, encoded: Encoded, n: int, unit: Mapping[str, Any], pairs: Sequence[_Pair], documents, told, names
) -> dict[str, Any]:
    by_document: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        by_document[known.encoded.provisions[pair.right].document].append(pair)
    others = [pair for pair in pairs if not documents[known.encoded.provisions[pair.right].document]["is_same"]]
    whole = [pair for pair in others if pair.kind == "whole"]
    state, shared = "passing" if others else "none", None
    if whole:
        state, shared = judge_cover(unit["text"], [known.encoded.provisions[pair.right].text for pair in whole])
    listed = [
        {
            "document_id": id_,
            **{key: documents[id_][key] for key in ("province", "province_code", "title", "title_supplied")},
            "found": [_tell_pair(known, encoded, unit, pair, told) for pair in some[:MOST_A_DOCUMENT]],
        }
        for id_, some in list(by_document.items())[:MOST_DOCUMENTS]
    ]
    set_there = [
        {key: found[key] for key in ("document_id", "address", "label", "figures")} | {"province": entry["province"]}
        for entry in listed
        for found in entry["found"]
        if found["kind"] == "whole" and found["figures"]
    ]
    own = [_tell_figure(figure) for figure in unit["figures"] if figure["kind"] in _SET]
    return {
        "n": n,
        **{key: unit[key] for key in ("id", "kind", "label")},
        "opening": first_sentence({**unit, "heading": unit["own_heading"]}),
        "themes": [{"id": theme, "name": names.get(theme, theme)} for theme in unit["themes"]],
        "state": state,
        "shared": shared if shared is None else round(shared, 3),
        "documents": listed,
        "more_documents": len(by_document) - len(listed),
        "silent": [id_ for id_, entry in documents.items() if id_ not in by_document],
        "figures": {"own": own, "others": set_there},
    }


def _tell_pair(known: Known, encoded: Encoded, unit: Mapping[str, Any], pair: _Pair, told) -> dict[str, Any]:
    other = known.encoded.provisions[pair.right]
    why = explain(encoded, pair.left, pair.right, pair.values, known.words, known.encoded)
    shared = judge_cover(unit["text"], [other.text])[1] if pair.kind == "whole" else None
    return {
        **told[other.id],
        "score": pair.score,
        "kind": pair.kind,
        "shared": shared if shared is None else round(shared, 3),
        "why": why,
        "reasons": list_reasons(why),
    }


def _find_missing(
    conn: sqlite3.Connection, known: Known, units: Sequence[Mapping[str, Any]], pairs: Sequence[_Pair], peers: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The measures that more than half of the peers have and the draft lacks, and those that it only touches."""
    names = {peer["id"]: peer for peer in peers}
    if len(names) < 2:
        return [], []
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sql = """
        select measure_id, provision_id, document_id from measure_provisions
        where document_id in (select value from json_each(?)) order by measure_id, rank, document_id
    """
    for measure, provision, document in conn.execute(sql, [json.dumps(list(names))]):
        members[measure].append((provision, document))
    sql = "select provision_id, measure_id from measure_provisions where provision_id in (select value from json_each(?))"
    measure_of = dict(conn.execute(sql, [json.dumps(sorted({known.encoded.provisions[pair.right].id for pair in pairs}))]))
    met: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        measure = measure_of.get(known.encoded.provisions[pair.right].id)
        if measure:
            met[measure].append(pair)
    found = rows(
        conn,
        """
        SELECT m.id, m.label, t.id AS theme_id, t.name FROM measures m LEFT JOIN themes t ON t.id = m.theme_id
        JOIN compared_provisions c ON c.provision_id = m.id
        WHERE c.heading != '' AND m.id IN (SELECT value FROM json_each(?)) ORDER BY m.seq
        """,
        [json.dumps(list(members))],
    )  # what no document gives a heading is a preamble or the like, and no measure to be missed
    lists: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for measure in found:
        first: dict[str, str] = {}
        for provision, document in members[measure["id"]]:
            first.setdefault(document, provision)
        if 2 * len(first) <= len(names) or len(first) < 2 or any(pair.kind == "whole" for pair in met[measure["id"]]):
            continue
        by: dict[int, _Pair] = {}
        for pair in sorted(met[measure["id"]], key=lambda p: -p.score):
            by.setdefault(pair.left, pair)
        lists[bool(by)].append(
            {
                "id": measure["id"],
                "label": measure["label"],
                "theme": {"id": measure["theme_id"], "name": measure["name"]} if measure["name"] else None,
                "documents": len(first),
                "of": len(names),
                "places": first,
                "by": [{"n": left + 1, "label": units[left]["label"], "other": known.encoded.provisions[p.right].id} for left, p in by.items()],
            }
        )
    told = _tell_provisions(conn, {id_ for entry in (*lists[0], *lists[1]) for id_ in entry["places"].values()})
    for entry in (*lists[0], *lists[1]):
        entry["places"] = [
            {**told[id_], "province": names[document]["province"], "title": names[document]["title"]}
            for document, id_ in entry["places"].items()
        ]
    for some in lists:
        some.sort(key=lambda entry: -entry["documents"])
    return lists
