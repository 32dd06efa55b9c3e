"""How fast provisions are tagged and read for facts, and what of it takes the time."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import click

from benchmarks.machine import describe_machine
from ingest.address import find_audiences, find_force
from ingest.assign import SentenceReader, assign
from ingest.cite import cite
from ingest.facts import learn_themes, passages_of
from ingest.parse import parse
from ingest.quantify import quantify
from ingest.read import read
from ingest.stamp import ROOT
from ingest.rows import provision_rows
from ingest.vocabulary import load_vocabulary
from lang.words import cutter


@click.command("facts")
@click.option("--provisions", default=10_000, show_default=True)
def facts_command(provisions: int) -> None:
    """Tag and read PROVISIONS clauses and boxes: the corpus over and over, so the texts repeat."""
    corpus = ROOT / "corpus"
    vocabulary = load_vocabulary(corpus)
    parsed = {d: parse(read(Path(corpus / d / "v1.txt"))) for d in vocabulary.labels}
    rows = {d: list(provision_rows(d, "", one)) for d, one in parsed.items()}
    units = [passage for some in rows.values() for _, passage in passages_of(some)]
    times = -(-provisions // len(units))
    seconds: dict[str, float] = {}

    def timed(name: str, work) -> None:
        start = time.perf_counter()
        work()
        seconds[name] = time.perf_counter() - start

    tagger = None

    def learn() -> None:
        nonlocal tagger
        tagger = learn_themes(vocabulary, rows, cutter(vocabulary.lexicon))

    timed("learning the themes, once", learn)
    many = (units * times)[:provisions]
    timed("themes", lambda: [tagger.tag(many[i : i + 500]) for i in range(0, len(many), 500)])
    reader = SentenceReader(
        [f for a in vocabulary.agencies for f in a.get("sentence", ())], [f for a in vocabulary.agencies for f in a["forms"]]
    )
    every = [(one.reading.text, one.units) for one in parsed.values()] * times
    timed("figures", lambda: [quantify(*one) for one in every])
    timed("duties", lambda: [reader.read(*one, assign(*one)) for one in every])
    timed("citations", lambda: [cite(*one) for one in every])
    timed("audiences and force", lambda: [(find_audiences(p.text, vocabulary.audiences), find_force(p.text)) for p in many])
    total = sum(t for name, t in seconds.items() if "once" not in name)
    click.echo(f"machine: {describe_machine()}; one run, one process")
    for name, taken in seconds.items():
        share = "" if "once" in name else f"  {taken / total:.0%} of the whole"
        click.echo(f"{name:26} {taken:7.2f} s{share}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"{len(many)} provisions in {total:.1f} s: {len(many) / total:.0f} a second; {memory:.0f} MiB at most")
