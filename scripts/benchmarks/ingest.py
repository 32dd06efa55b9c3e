"""How fast files are read and parsed, and what main-text extraction keeps and lets in, next to trafilatura."""

from __future__ import annotations

import re
import resource
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import click
import trafilatura
import yaml

from benchmarks.corpora import write_documents
from benchmarks.machine import describe_machine
from ingest.parse import parse
from ingest.read import read
from ingest.stamp import ROOT
from tests.quality.structure import FIXTURES, GOLD

RUNS = 5
CORPUS = ROOT / "corpus"
VOCABULARY = ("themes.yml", "theme-words.yml", "agencies.yml", "audiences.yml", "indicators.yml", "lexicon.txt", "synonyms.yml", "labels")


@click.command("ingest")
@click.option("--documents", default="100,1000", show_default=True, help="Sizes of the corpora to build; 10000 with 20 clauses each take two hours.")
@click.option("--clauses", default=20, show_default=True, help="Clauses of each document.")
@click.option("--cores", default="1,2", show_default=True, help="Numbers of processes with which to build from nothing.")
@click.option("--pages", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Compare on the pages of this folder too.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the corpora and databases in this folder, and use those there.")
def ingest_command(documents: str, clauses: int, cores: str, pages: Path | None, keep: Path | None) -> None:
    """Building from nothing, after one document more, and unchanged; main text beside trafilatura."""
    click.echo(f"machine: {describe_machine()}; each build in a process of its own, one run; documents are made, {clauses} clauses each")
    for count in [int(number) for number in documents.split(",") if number]:
        with tempfile.TemporaryDirectory(prefix="bench-ingest-") as made:
            _measure_builds((keep or Path(made)) / f"ingest-{count}-{clauses}", count, clauses, [int(number) for number in cores.split(",")])
    _compare_main_text(pages)


def _measure_builds(folder: Path, count: int, clauses: int, cores: list[int]) -> None:
    corpus, db = folder / "corpus", folder / "kb.db"
    if not corpus.exists():
        write_documents(ROOT / "kb.db", corpus, range(count), clauses=clauses)
        for name in VOCABULARY:
            (shutil.copytree if (CORPUS / name).is_dir() else shutil.copy)(CORPUS / name, corpus / name)
        for name in {path.stem for path in (CORPUS / "labels").glob("*.yml")}:  # themes are learned from these
            shutil.copytree(CORPUS / name, corpus / name)
    size = sum(path.stat().st_size for path in corpus.glob("*/v1.txt"))
    click.echo(f"{count} documents, {size / 1e6:.1f} MB")
    whole: dict[str, float] = {}
    if not db.exists():
        for workers in cores:
            db.unlink(missing_ok=True)
            whole = _report(f"from nothing, {workers} core" + "s" * (workers > 1), corpus, db, workers, size)
    before = db.stat().st_size
    write_documents(ROOT / "kb.db", corpus, [count], clauses=clauses)
    more = _report("one document more", corpus, db, cores[-1])
    _report("unchanged", corpus, db, cores[-1])
    if whole:
        click.echo(f"  one more takes {more['whole'] / whole['whole']:.1%} of a build from nothing; kb.db {before / 2**20:.0f} MiB")


def _report(what: str, corpus: Path, db: Path, workers: int, size: int = 0) -> dict[str, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:  # not a Pool: its workers may have none of their own
        seconds, memory = apart.submit(_build, corpus, db, workers).result()
    steps = ", ".join(f"{step} {value:.1f}" for step, value in seconds.items() if step != "whole")
    rate = f", {size / 1e6 / seconds['documents']:.2f} MB/s of documents" if size else ""
    click.echo(f"  {what:24} {seconds['whole']:8.1f} s ({steps}){rate}, {memory:.0f} MiB at most in one process")
    return seconds


def _build(corpus: Path, db: Path, workers: int) -> tuple[dict[str, float], float]:
    from ingest.build import build

    seconds = build(corpus, db, workers=workers).seconds
    used = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return seconds, max(used)


def _compare_main_text(pages: Path | None) -> None:
    compared = [p for p in sorted(FIXTURES.glob("*.html")) if (GOLD / f"{p.stem}.noise.yml").exists()]
    click.echo(f"main text of {len(compared)} pages with a gold of their noise:")
    for name, extract in (("kb", _ours), ("trafilatura", _theirs)):
        kept = let_in = wanted = 0
        seconds = 0.0
        for path in compared:
            gold = _main_text(path)
            start = time.perf_counter()
            found = [extract(path) for _ in range(RUNS)][-1]
            seconds += (time.perf_counter() - start) / RUNS
            kept += sum((gold & found).values())
            let_in += sum((found - gold).values())
            wanted += sum(gold.values())
        click.echo(f"  {name:12} recall {kept / wanted:.4f}  precision {kept / max(kept + let_in, 1):.4f}  {1000 * seconds / len(compared):.1f} ms a page")
    if pages:
        for path in sorted(pages.glob("*.htm*")):
            ours, theirs = _ours(path), _theirs(path)
            both = sum((ours & theirs).values())
            click.echo(f"  {path.name[:44]:44} kb {sum(ours.values()):6} trafilatura {sum(theirs.values()):6} both {both:6}")


def _main_text(path: Path) -> Counter[str]:
    """The bigrams of a page's text without what its gold calls noise."""
    text = re.sub(r"\s", "", read(path).text)
    for quote in yaml.safe_load((GOLD / f"{path.stem}.noise.yml").read_text(encoding="utf-8")) or []:
        text = text.replace(re.sub(r"\s", "", quote), "", 1)
    return _bigrams(text)


def _ours(path: Path) -> Counter[str]:
    parsed = parse(read(path))
    removed = {i for n in parsed.noise for i in range(n.start, n.end)}
    return _bigrams("".join(c for i, c in enumerate(parsed.reading.text) if i not in removed))


def _theirs(path: Path) -> Counter[str]:
    return _bigrams(trafilatura.extract(path.read_bytes(), include_tables=True, favor_recall=True) or "")


def _bigrams(text: str) -> Counter[str]:
    plain = re.sub(r"[\s|]", "", text)
    return Counter(plain[i : i + 2] for i in range(len(plain) - 1))


