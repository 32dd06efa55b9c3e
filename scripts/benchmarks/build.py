"""How long a build takes, and what of it is imports."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from benchmarks.machine import describe_machine, seconds_of, spread
from ingest.build import build
from ingest.corpus import load_corpus
from ingest.parse import parse
from ingest.read import read
from ingest.stamp import ROOT, corpus_files

CORPUS = ROOT / "corpus"


@click.command("build")
@click.option("--runs", default=9, show_default=True)
def build_command(runs: int) -> None:
    """Time kb build as a process, its imports alone, and its steps within a process."""
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "kb.db"
        imports = "import cli.__main__, ingest.build, ingest.store, ingest.parse"
        whole = [seconds_of(lambda: _run("-m", "cli", "build", "--db", str(db)), lambda: db.unlink(missing_ok=True)) for _ in range(runs)]
        start = [seconds_of(lambda: _run("-c", "pass")) for _ in range(runs)]
        imported = [seconds_of(lambda: _run("-c", imports)) for _ in range(runs)]
        inside = [seconds_of(lambda: build(CORPUS, db), lambda: db.unlink(missing_ok=True)) for _ in range(runs)]
        unchanged = [seconds_of(lambda: build(CORPUS, db)) for _ in range(runs)]
        paths = [version.path for document in load_corpus(CORPUS) for version in document.versions]
        parsing = [seconds_of(lambda: [parse(read(path)) for path in paths]) for _ in range(runs)]
        size = db.stat().st_size
    sources = sum(path.stat().st_size for path in corpus_files(CORPUS))
    click.echo(f"machine: {describe_machine()}; median of {runs} runs (range)")
    click.echo(f"corpus: {len(paths)} texts, {sources / 1024:.0f} KiB; kb.db {size / 2**20:.1f} MiB")
    click.echo(f"kb build, whole process      {spread(whole)}")
    click.echo(f"  the interpreter alone      {spread(start)}")
    click.echo(f"  interpreter and imports    {spread(imported)}")
    click.echo(f"  build within a process     {spread(inside)}")
    click.echo(f"    of this read and parse   {spread(parsing)}")
    click.echo(f"  built again, unchanged     {spread(unchanged)}")
    share = statistics.median(imported) / statistics.median(whole)
    click.echo(f"imports are {share:.0%} of the whole")


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
