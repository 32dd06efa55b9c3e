"""Search at scale: recall, precision and time through HTTP, next to tantivy and to a scan."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote

import click
import httpx
import tantivy

from benchmarks.corpora import make_corpus, sample_queries
from benchmarks.machine import describe_machine
from benchmarks.pages import serving
from ingest.stamp import ROOT
from lang.tokens import index_tokens, query_phrase
from query.facets import load_catalogue
from query.match import find
from query.search import make_plan


@click.command("search")
@click.argument("sizes", nargs=-1, type=int)
@click.option("--runs", default=3, show_default=True, help="Warm requests a query.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the corpora in this folder, and use those there.")
def search_command(sizes: tuple[int, ...], runs: int, keep: Path | None) -> None:
    """Measure search over corpora of SIZES provisions (10000 200000 by default; 1000000 takes a quarter of an hour)."""
    click.echo(f"machine: {describe_machine()}")
    folder = keep or Path(tempfile.mkdtemp(prefix="bench-search-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for size in sizes or (10_000, 200_000):
            _measure(folder / str(size), size, runs)
    finally:
        if keep is None:
            shutil.rmtree(folder)


def _measure(folder: Path, size: int, runs: int) -> None:
    folder.mkdir(exist_ok=True)
    db = folder / "kb.db"
    built = 0.0
    if not db.exists():
        start = time.perf_counter()
        make_corpus(ROOT / "kb.db", db, size)
        built = time.perf_counter() - start
    conn = sqlite3.connect(db)
    (text_bytes,) = conn.execute("select sum(length(cast(text as blob))) from search_units").fetchone()
    index_bytes = conn.execute(
        "select sum(length(block)) from (select block from search_index_data union all select block from search_headings_data)"
    ).fetchone()[0]
    queries = sample_queries(conn)
    click.echo(
        f"\n{size} provisions, {text_bytes / 2**20:.0f} MiB of text; database {db.stat().st_size / 2**20:.0f} MiB,"
        f" of this the index {index_bytes / 2**20:.0f} MiB" + (f"; built in {built:.0f} s" if built else "")
    )
    _report_quality(conn, queries)
    ours = _time_http(db, queries, runs)
    other = _time_tantivy(conn, queries, runs)
    scan = _time_scan(conn, queries)
    _line("site, HTTP with facets", ours, None)
    _line("tantivy, bare index", other, ours)
    _line("LIKE scan", scan, ours)
    by_group = defaultdict(list)
    for (group, _), times in ours.items():
        by_group[group] += times
    for group, times in by_group.items():
        click.echo(f"  {group:24} p50 {_at(times, 0.5):7.1f} ms  p95 {_at(times, 0.95):7.1f} ms")


def _report_quality(conn: sqlite3.Connection, queries: list[tuple[str, str]]) -> None:
    """Recall and precision against substring match, over all matches, not the first page."""
    texts = conn.execute("select id, text from search_units").fetchall()
    catalogue = load_catalogue(conn)
    scores = defaultdict(list)
    for group, query in queries:
        wanted = {unit for unit, text in texts if query in text}
        plan = make_plan(catalogue, query, "provision", "relevance", {})
        found = set(find(conn, plan.query, plan.facets(catalogue), "provision", most=None).ids)
        scores[group.split(",")[0]].append((len(wanted & found) / len(wanted), len(wanted & found) / max(len(found), 1)))
    for group, pairs in scores.items():
        recall, precision = (statistics.mean(values) for values in zip(*pairs))
        click.echo(f"  {group:24} recall {recall:.2%}  precision {precision:.2%}")


def _time_http(db: Path, queries: list[tuple[str, str]], runs: int) -> dict[tuple[str, str], list[float]]:
    times: dict[tuple[str, str], list[float]] = {}
    with serving(db) as address, httpx.Client(base_url=address, timeout=60) as client:
        client.get(f"/search?q={quote('新型学徒制')}").raise_for_status()
        for group, query in queries:
            path = f"/search?q={quote(query)}"
            client.get(path).raise_for_status()
            times[group, query] = [_timed(lambda: client.get(path)) for _ in range(runs)]
    return times


def _time_tantivy(conn: sqlite3.Connection, queries: list[tuple[str, str]], runs: int) -> dict[tuple[str, str], list[float]]:
    """The same tokens in tantivy, 20 best and a count, within the process: no page, no facets."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=False)
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace")
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(builder.build(), path=folder)
        writer = index.writer(heap_size=300_000_000, num_threads=1)
        for unit, text in conn.execute("select id, text from search_units"):
            writer.add_document(tantivy.Document(id=unit, body=" ".join(index_tokens(text))))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        searcher = index.searcher()
        times = {}
        for group, query in queries:
            tokens, prefix = query_phrase(query)
            if prefix:
                asked = tantivy.Query.regex_query(index.schema, "body", f"{tokens[0]}.*")
            elif len(tokens) == 1:
                asked = tantivy.Query.term_query(index.schema, "body", tokens[0])
            else:
                asked = tantivy.Query.phrase_query(index.schema, "body", tokens)
            searcher.search(asked, 20)
            times[group, query] = [_timed(lambda: searcher.search(asked, 20)) for _ in range(runs)]
    return times


def _time_scan(conn: sqlite3.Connection, queries: list[tuple[str, str]]) -> dict[tuple[str, str], list[float]]:
    sql = "select count(*) from search_units where text like ?"
    return {(g, q): [_timed(lambda: conn.execute(sql, [f"%{q}%"]).fetchone())] for g, q in queries[::5]}


def _timed(work) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _line(name: str, times: dict, ours: dict | None) -> None:
    every = [t for some in times.values() for t in some]
    text = f"  {name:24} p50 {_at(every, 0.5):7.2f} ms  p95 {_at(every, 0.95):7.2f} ms"
    if ours is not None:
        mine = [t for some in ours.values() for t in some]
        text += f"   site is {_at(mine, 0.5) / _at(every, 0.5):.2f} times its p50, {_at(mine, 0.95) / _at(every, 0.95):.2f} its p95"
    click.echo(text)


def _at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
