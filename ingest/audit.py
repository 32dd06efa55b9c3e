"""Audit a corpus: where every visible character of every version went."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ingest.account import account, claim
from ingest.admit import Refused, admit
from ingest.corpus import DocumentFolder, load_corpus
from ingest.records import Parsed
from ingest.spread import DIED, count_cores, spread


def audit(corpus: Path, workers: int | None = None) -> dict[str, Any]:
    """Return, version by version, the counts of characters, what is wrong, and the doubts; and what was put aside.

    Raises SourceError for a corpus that cannot be read.
    """
    root = corpus.resolve()
    found = sorted(spread(_audit_document, load_corpus(root), workers or count_cores(), _bury), key=lambda one: one[0])
    versions = [version for _, some, _ in found for version in some]
    quarantined = [
        {"file": refused.path.relative_to(root).as_posix(), "reason": refused.reason} for *_, some in found for refused in some
    ]
    ok = all(not version["problems"] for version in versions)
    return {"ok": ok, "versions": versions, "quarantined": quarantined}


def _audit_document(folder: DocumentFolder) -> tuple[str, list[dict[str, Any]], tuple[Refused, ...]]:
    admitted = admit(folder)
    versions = [
        {"id": f"{folder.id}@v{version.number}", **_count(parsed)}
        for version, parsed in zip(admitted.folder.versions, admitted.parsed)
    ]
    return folder.id, versions, admitted.refused


def _bury(folder: DocumentFolder) -> tuple[str, list[dict[str, Any]], tuple[Refused, ...]]:
    return folder.id, [], tuple(Refused(version.path, DIED, folder.id) for version in folder.versions)


def _count(parsed: Parsed) -> dict[str, Any]:
    visible = [i for i, c in enumerate(parsed.reading.text) if not c.isspace()]
    claims = claim(parsed)
    by_rule: Counter[str] = Counter()
    for noise in parsed.noise:
        by_rule[noise.rule] += sum(not c.isspace() for c in parsed.reading.text[noise.start : noise.end])
    return {
        "characters": len(visible),
        "provisions": sum(claims.own[i] for i in visible),
        "metadata": sum(claims.facts[i] for i in visible),
        "noise": sum(claims.noise[i] for i in visible),
        "noise_by_rule": dict(by_rule),
        "doubts": [{"kind": d.kind, "eid": d.eid, "message": d.message} for d in parsed.doubts],
        "problems": account(parsed),
    }
