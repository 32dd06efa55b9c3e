"""How fast files are read and parsed, and what main-text extraction keeps and lets in, next to trafilatura."""

from __future__ import annotations

import re
import resource
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import trafilatura
import yaml

from benchmarks.machine import describe_machine
from ingest.parse import parse
from ingest.read import read
from ingest.records import SourceError
from tests.quality.structure import FIXTURES, GOLD

RUNS = 5


@click.command("ingest")
@click.option("--files", "counts", default="100,1000", show_default=True, help="Numbers of files to read, the fixtures in turn.")
@click.option("--pages", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Compare on the pages of this folder too.")
def ingest_command(counts: str, pages: Path | None) -> None:
    """Documents and MB a second on one core and two; main text beside trafilatura."""
    click.echo(f"machine: {describe_machine()}")
    sources = sorted(p for p in FIXTURES.iterdir() if p.suffix in (".txt", ".html", ".md", ".docx"))
    for count in map(int, counts.split(",")):
        paths = [sources[i % len(sources)] for i in range(count)]
        megabytes = sum(path.stat().st_size for path in paths) / 1e6
        for cores in (1, 2):
            start = time.perf_counter()
            if cores == 1:
                list(map(_parse, paths))
            else:
                with ProcessPoolExecutor(cores) as pool:
                    list(pool.map(_parse, paths, chunksize=20))
            seconds = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            click.echo(f"{count:6} files, {cores} core: {count / seconds:7.0f} files/s {megabytes / seconds:6.2f} MB/s, {peak:.0f} MiB at most")
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


def _parse(path: Path) -> int:
    try:
        return len(parse(read(path)).units)
    except SourceError:
        return 0


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


