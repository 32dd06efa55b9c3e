"""Gather the facts of a document's provisions as rows: figures, duties, citations, audiences, force, themes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlite_utils

from ingest.address import find_audiences, find_force
from ingest.assign import SentenceReader, assign
from ingest.cite import cite, normal_title
from ingest.index import CONTAINER_KINDS, UNIT_KINDS
from ingest.quantify import quantify
from ingest.records import Parsed
from ingest.resolve import Agencies, concept_of, resolve_citation
from ingest.tag import Passage, Tagger, theme_words
from ingest.vocabulary import Vocabulary
from lang.words import Cutter

TABLES: dict[str, dict[str, Any]] = {
    "themes": dict(id=str, group_id=str, group_name=str, name=str, scope=str, marks=str, seq=int),
    "provision_themes": dict(provision_id=str, theme_id=str, score=float, origin=str, evidence=str, rank=int),
    "quantities": dict(
        id=int, document_id=str, provision_id=str, start=int, end=int, text=str, value=float, value_to=float, unit=str,
        op=str, kind=str, subject=str, year=str, tentative=int,
    ),
    "agencies": dict(id=str, name=str, forms=str),
    "responsibilities": dict(
        document_id=str, provision_id=str, agency_id=str, agency=str, agency_printed=str, role=str, seq=int, start=int, end=int,
        form=str,
    ),
    "citations": dict(
        id=int, document_id=str, provision_id=str, start=int, end=int, title=str, doc_number=str, target_document_id=str,
    ),
    "audiences": dict(id=str, name=str),
    "provision_audiences": dict(provision_id=str, audience_id=str, words=str, spans=str),
    "provision_force": dict(provision_id=str, force=str, word=str, count=int, spans=str),
    "indicator_concepts": dict(id=str, name=str, note=str),
}  # fmt: skip
KEYS: dict[str, Any] = {
    "provision_themes": ("provision_id", "theme_id"),
    "responsibilities": ("provision_id", "seq"),
    "provision_audiences": ("provision_id", "audience_id"),
    "provision_force": ("provision_id", "force", "word"),
}
FOREIGN = {
    "provision_themes": [("provision_id", "provisions", "id"), ("theme_id", "themes", "id")],
    "quantities": [("provision_id", "provisions", "id"), ("document_id", "documents", "id")],
    "responsibilities": [("provision_id", "provisions", "id"), ("document_id", "documents", "id")],
    "citations": [("provision_id", "provisions", "id"), ("document_id", "documents", "id")],
    "provision_audiences": [("provision_id", "provisions", "id"), ("audience_id", "audiences", "id")],
    "provision_force": [("provision_id", "provisions", "id")],
}
INDEXES = {
    "provision_themes": [["theme_id"]],
    "quantities": [["provision_id"], ["document_id"], ["kind"]],
    "responsibilities": [["agency_id"], ["document_id"]],
    "citations": [["document_id"], ["target_document_id"], ["provision_id"]],
    "provision_audiences": [["audience_id"]],
    "provision_force": [["force"]],
}
FORCE_LABELS = {"must": "必须、应当、要", "encourage": "鼓励、支持、引导", "explore": "探索、试点"}

Row = dict[str, Any]
UnitFacets = dict[str, dict[str, list[tuple[str, str]]]]


def create_fact_schema(db: sqlite_utils.Database, vocabulary: Vocabulary) -> None:
    """Create the tables of facts, and fill those that the vocabularies are."""
    for name, columns in TABLES.items():
        db[name].create(columns, pk=KEYS.get(name, "id"), foreign_keys=FOREIGN.get(name, ()))
    db["themes"].insert_all(
        {
            "id": t.id, "group_id": t.group_id, "group_name": t.group_name, "name": t.name, "scope": t.scope,
            "marks": json.dumps(dict(t.words), ensure_ascii=False), "seq": i,
        }
        for i, t in enumerate(vocabulary.themes)
    )
    db["agencies"].insert_all(
        {"id": a["id"], "name": a["name"], "forms": json.dumps(a["forms"], ensure_ascii=False)} for a in vocabulary.agencies
    )
    db["audiences"].insert_all({"id": a.id, "name": a.name} for a in vocabulary.audiences)
    db["indicator_concepts"].insert_all(
        {"id": c["id"], "name": c["name"], "note": c.get("note")} for c in vocabulary.concepts
    )


def learn_themes(
    vocabulary: Vocabulary, labelled: Mapping[str, Sequence[Mapping[str, Any]]], cutter: Cutter
) -> Tagger | None:
    """Return a tagger learned from the curator's labels; ``labelled`` are the provision rows of labelled documents."""
    passages, labels = [], []
    for document_id, rows in labelled.items():
        given = vocabulary.labels[document_id]
        for row, passage in passages_of(rows):
            if row["eid"] in given:
                passages.append(passage)
                labels.append(given[row["eid"]])
    if not any(labels):
        return None
    words = [theme_words({"id": t.id, "name": t.name, "scope": t.scope}, t.words) for t in vocabulary.themes]
    return Tagger(words, cutter.cut).fit(passages, labels)


def passages_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], Passage]]:
    """Return the rows that are given themes, with what the tagger sees of each: clauses, articles, boxes, loose paragraphs."""
    by_id = {row["id"]: row for row in rows}
    found = []
    for row in rows:
        parent = by_id.get(row["parent_id"])
        loose = row["kind"] == "paragraph" and (parent is None or parent["kind"] in CONTAINER_KINDS)
        if row["kind"] in UNIT_KINDS or loose:
            part = (parent["heading"] or "") if loose and parent else ""
            found.append((row, Passage(row["heading"] or "", row["text"], part)))
    return found


class FactReader:
    """Reads the facts of one document after another."""

    def __init__(self, vocabulary: Vocabulary, tagger: Tagger | None) -> None:
        self.vocabulary = vocabulary
        self.tagger = tagger
        self.agencies = Agencies(vocabulary.agencies)
        bare = [form for a in vocabulary.agencies for form in a.get("sentence", ())]
        full = [form for a in vocabulary.agencies for form in a["forms"]]
        self.sentences = SentenceReader(bare, full) if bare else None
        self.themes = {theme.id: theme for theme in vocabulary.themes}

    def read(self, document_id: str, parsed: Parsed, rows: Sequence[Row]) -> tuple[dict[str, list[Row]], UnitFacets]:
        """Return a document's facts as rows by table, and what its units of search can be narrowed by.

        ``rows`` are its provisions.
        """
        text = parsed.reading.text
        facets: UnitFacets = {}
        tables = {
            "quantities": [
                {
                    "document_id": document_id, "provision_id": f"{document_id}__{q.eid}", "start": q.start, "end": q.end,
                    "text": q.text, "value": q.value, "value_to": q.value_to, "unit": q.unit, "op": q.op, "kind": q.kind,
                    "subject": q.subject, "year": q.year, "tentative": int(q.tentative),
                }
                for q in quantify(text, parsed.units)
            ],
            "citations": [
                {
                    "document_id": document_id, "provision_id": f"{document_id}__{c.eid}", "start": c.start, "end": c.end,
                    "title": c.title, "doc_number": c.doc_number,
                }
                for c in cite(text, parsed.units)
            ],
            "responsibilities": self._read_duties(document_id, parsed),
            "provision_themes": self._read_themes(document_id, rows, facets),
            **self._read_wording(text, rows, facets),
        }  # fmt: skip
        return tables, facets

    def concept(self, name: str) -> str | None:
        """The curated target that an indicator's name stands for."""
        return concept_of(name, self.vocabulary.concepts)

    def _read_duties(self, document_id: str, parsed: Parsed) -> list[Row]:
        brackets = assign(parsed.reading.text, parsed.units)
        sentences = self.sentences.read(parsed.reading.text, parsed.units, brackets) if self.sentences else ()
        resolved = [(duty, *self.agencies.resolve(duty.printed)) for duty in (*brackets, *sentences)]
        return [
            {
                "document_id": document_id, "provision_id": f"{document_id}__{duty.eid}", "agency_id": agency_id,
                "agency": name, "agency_printed": duty.printed, "role": duty.role, "seq": duty.seq, "start": duty.start,
                "end": duty.end, "form": duty.form,
            }
            for duty, agency_id, name in resolved
        ]  # fmt: skip

    def _read_themes(self, document_id: str, rows: Sequence[Row], facets: UnitFacets) -> list[Row]:
        """A curator's decision is what is shown; the tagger speaks where there is none."""
        given = self.vocabulary.labels.get(document_id, {})
        decided = [(row, passage) for row, passage in passages_of(rows) if row["eid"] in given]
        open_ = [(row, passage) for row, passage in passages_of(rows) if row["eid"] not in given]
        stored = []
        for row, passage in decided:
            for rank, theme in enumerate(given[row["eid"]]):
                stored.append((row, theme, 1.0, "curator", self._evidence(passage, theme), rank))
        if self.tagger is not None and open_:
            for (row, _), tags in zip(open_, self.tagger.tag([passage for _, passage in open_])):
                for rank, tag in enumerate(tags):
                    stored.append((row, tag.theme, tag.score, "model", tag.evidence, rank))
        for row, theme, *_ in stored:
            facets.setdefault(row["id"], {}).setdefault("theme", []).append((theme, self.themes[theme].name))
        return [
            {
                "provision_id": row["id"], "theme_id": theme, "score": score, "origin": origin,
                "evidence": json.dumps(evidence, ensure_ascii=False), "rank": rank,
            }
            for row, theme, score, origin, evidence, rank in stored
        ]  # fmt: skip

    def _evidence(self, passage: Passage, theme: str) -> tuple[str, ...]:
        if self.tagger is None:
            return ()
        return self.tagger.evidence(passage, next(words for words in self.tagger.themes if words.id == theme))

    def _read_wording(self, text: str, rows: Sequence[Row], facets: UnitFacets) -> dict[str, list[Row]]:
        names = {audience.id: audience.name for audience in self.vocabulary.audiences}
        own: dict[str, list[tuple[int, int]]] = {}
        for row in rows:
            own.setdefault(row["unit_id"], []).append((row["start"], row["own_end"]))
        audiences, forces = [], []
        for row, _ in passages_of(rows):
            of_unit = facets.setdefault(row["id"], {})
            for audience, spans in find_audiences(text, self.vocabulary.audiences, own[row["id"]]).items():
                words = list(dict.fromkeys(text[start:end] for start, end in spans))
                audiences.append(
                    {
                        "provision_id": row["id"], "audience_id": audience,
                        "words": json.dumps(words, ensure_ascii=False), "spans": json.dumps(spans),
                    }
                )  # fmt: skip
                of_unit.setdefault("audience", []).append((audience, names[audience]))
            for force, by_word in find_force(text, own[row["id"]]).items():
                forces += [
                    {"provision_id": row["id"], "force": force, "word": w, "count": len(spans), "spans": json.dumps(spans)}
                    for w, spans in by_word.items()
                ]
                if by_word:
                    of_unit.setdefault("force", []).append((force, FORCE_LABELS[force]))
        return {"provision_audiences": audiences, "provision_force": forces}


def resolve_citations(db: sqlite_utils.Database) -> None:
    """Write at each citation which document of the corpus it names: this takes all their titles."""
    titles: dict[str, str] = {}
    for document_id, title in db.execute("select id, title from documents where title_supplied = 0 order by id"):
        titles.setdefault(normal_title(title), document_id)
    changed = [
        (target, id_)
        for id_, title, known in db.execute("select id, title, target_document_id from citations").fetchall()
        if (target := resolve_citation(title, titles)) != known
    ]
    db.conn.executemany("update citations set target_document_id = ? where id = ?", changed)
