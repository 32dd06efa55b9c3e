"""Counterparts at scale: recall of planted pairs, time and memory, next to brute force and to MinHash LSH."""

from __future__ import annotations

import random
import re
import resource
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import httpx
import numpy as np

from benchmarks.corpora import make_planted_corpus
from benchmarks.machine import describe_machine
from benchmarks.pages import serving
from ingest.stamp import ROOT

SAMPLE = 1000  # provisions that brute force is timed on, where all would take hours
LEAST_COSINE = 0.3  # from which brute force takes the best of a document for a counterpart
SHINGLE, PERMUTATIONS, LEAST_JACCARD = 3, 128, 0.3


@click.command("compare")
@click.argument("sizes", nargs=-1, type=int)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the corpora in this folder, and use those there.")
def compare_command(sizes: tuple[int, ...], keep: Path | None) -> None:
    """Find counterparts in corpora of SIZES provisions (1000 10000 by default; 100000 takes half an hour), 200 a document."""
    click.echo(f"machine: {describe_machine()}; each system in a process of its own, one run")
    with tempfile.TemporaryDirectory(prefix="bench-compare-") as made:
        for size in sizes or (1000, 10_000):
            folder = (keep or Path(made)) / f"compare-{size}"
            folder.mkdir(parents=True, exist_ok=True)
            _measure(folder, size)
        _time_page()


def _measure(folder: Path, size: int) -> None:
    db, planted = folder / "kb.db", folder / "planted.tsv"
    if not planted.exists():
        pairs = make_planted_corpus(ROOT / "kb.db", db, size)
        planted.write_text("".join(f"{a}\t{b}\t{edit}\n" for a, b, edit in pairs), encoding="utf-8")
    lines = [line.split("\t") for line in planted.read_text(encoding="utf-8").splitlines()]
    click.echo(f"\n{size} provisions, {size // 200} documents, {len(lines)} planted pairs")
    ours = None
    for name, system in (("ours", _run_ours), ("brute force", _run_brute), ("MinHash LSH", _run_minhash)):
        result = _apart(system, db)
        recall = _recall(lines, result["pairs"], result.get("asked"))
        ratio = "" if ours is None else f"   ours is {ours / result['seconds']:.2f} times its time"
        ours = ours or result["seconds"]
        click.echo(
            f"  {name:12} {result['seconds']:8.1f} s  {result['memory']:6.0f} MiB  {result['found']:9} pairs  recall of planted pairs "
            + ", ".join(f"{edit} {share:.1%}" for edit, share in recall.items()) + ratio + result.get("note", "")
        )  # fmt: skip


def _apart(system: Callable[[Path], dict[str, Any]], db: Path) -> dict[str, Any]:
    """Run a system in a fresh process, so that its memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (system, db))


def _measured(system: Callable[[Path], dict[str, Any]], db: Path) -> dict[str, Any]:
    start = time.perf_counter()
    result = system(db)
    seconds = result.pop("seconds", time.perf_counter() - start)
    return {**result, "seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _recall(lines: list[list[str]], pairs: set[tuple[str, str]], asked: set[str] | None) -> dict[str, float]:
    """The share of planted pairs that were found, by how they were edited; ``asked``: of these provisions only."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for a, b, edit in lines:
        if asked is None or a in asked or b in asked:
            found[edit].append((a, b) in pairs or (b, a) in pairs)
    return {edit: statistics.mean(found[edit]) for edit in sorted(found)}


def _texts(db: Path) -> list[tuple[str, str, str]]:
    sql = """
        select c.provision_id, c.document_id, p.text from compared_provisions c join provisions p on p.id = c.provision_id
        order by c.document_id, c.seq
    """
    return sqlite3.connect(db).execute(sql).fetchall()


def _run_ours(db: Path) -> dict[str, Any]:
    """Placing, choosing neighbours and comparing, as a build does it after words and bigrams are weighed; on a copy."""
    from align.tables import read_weights
    from ingest.neighbours import rank_pending
    from ingest.pairs import compare_pending
    from ingest.store import connect
    from lang.words import cutter

    with tempfile.TemporaryDirectory(prefix="bench-compare-") as folder:
        copy = connect(Path(shutil.copy(db, folder)))
        lexicon = tuple(row[0] for row in copy.execute("select word from lexicon order by rowid"))
        cutter(lexicon).cut("预热")
        start = time.perf_counter()
        weights = read_weights(copy.conn, cutter(lexicon).cut)
        with copy.atomic():
            rank_pending(copy, weights, ())
        compare_pending(copy, weights, (), workers=1)
        seconds = time.perf_counter() - start
        pairs = set(copy.execute("select provision_id, other_id from counterparts where provision_id < other_id"))
        copy.conn.close()
    return {"pairs": pairs, "found": len(pairs), "seconds": seconds}


def _run_brute(db: Path) -> dict[str, Any]:
    """scikit-learn's TF-IDF of character bigrams, every provision against every other, the best of each document kept."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = _texts(db)
    names = np.array([row[1] for row in texts])
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
    start = time.perf_counter()
    weights = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), sublinear_tf=True, dtype=np.float32).fit_transform(row[2] for row in texts)
    fitted = time.perf_counter() - start
    chance = random.Random(1)
    asked = range(len(texts)) if len(texts) <= 10 * SAMPLE else sorted(chance.sample(range(len(texts)), SAMPLE))
    pairs = set()
    start = time.perf_counter()
    for first in range(0, len(asked), 64):
        rows = list(asked[first : first + 64])
        scores = (weights[rows] @ weights.T).toarray()
        for row, some in zip(rows, scores):
            for a, b in zip(starts, [*starts[1:], len(texts)]):
                best = a + int(some[a:b].argmax())
                if names[best] != names[row] and some[best] >= LEAST_COSINE:
                    pairs.add((texts[row][0], texts[best][0]))
    seconds = fitted + (time.perf_counter() - start) * len(texts) / len(asked)
    note = "" if len(asked) == len(texts) else f"   (timed on {len(asked)} provisions and scaled up; recall on these)"
    return {"pairs": pairs, "found": len(pairs), "seconds": seconds, "note": note, "asked": {texts[i][0] for i in asked}}


def _run_minhash(db: Path) -> dict[str, Any]:
    """datasketch: MinHash of character shingles, candidates by locality-sensitive hashing."""
    from datasketch import MinHash, MinHashLSH

    texts = _texts(db)
    start = time.perf_counter()
    index = MinHashLSH(threshold=LEAST_JACCARD, num_perm=PERMUTATIONS)
    signed = []
    for id_, document, text in texts:
        words = re.sub(r"\W", "", text)
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([words[i : i + SHINGLE].encode() for i in range(len(words) - SHINGLE + 1)])
        index.insert(id_, signature)
        signed.append((id_, document, signature))
    home = {id_: document for id_, document, _ in signed}
    pairs = {(id_, other) for id_, document, s in signed for other in index.query(s) if home[other] != document and id_ < other}
    return {"pairs": pairs, "found": len(pairs), "seconds": time.perf_counter() - start}


def _time_page() -> None:
    """The side by side of six long provisions through HTTP."""
    conn = sqlite3.connect(ROOT / "kb.db")
    sql = "select document_id || '/' || eid from provisions where kind in ('clause', 'box') order by length(text) desc limit 6"
    path = "/compare?" + "&".join(f"p={quote(row[0], safe='')}" for row in conn.execute(sql))
    with serving(ROOT / "kb.db") as address, httpx.Client(base_url=address, timeout=60) as client:
        client.get(path).raise_for_status()
        times = sorted(_requests(client, path, 40))
    click.echo(
        f"\nside by side of the six longest provisions, 40 requests: p50 {times[len(times) // 2]:.0f} ms, p95 {times[int(len(times) * 0.95)]:.0f} ms"
    )


def _requests(client: httpx.Client, path: str, number: int) -> Iterator[float]:
    for _ in range(number):
        start = time.perf_counter()
        client.get(path).raise_for_status()
        yield (time.perf_counter() - start) * 1000
