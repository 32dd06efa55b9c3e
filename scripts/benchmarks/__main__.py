"""Run the benchmarks by name."""

from __future__ import annotations

import click

from benchmarks.build import build_command
from benchmarks.compare import compare_command
from benchmarks.facts import facts_command
from benchmarks.ingest import ingest_command
from benchmarks.pages import pages_command
from benchmarks.search import search_command


@click.group()
def bench() -> None:
    """Measure the build, reading and parsing, facts and themes, the pages, and search and comparison at scale."""


bench.add_command(build_command)
bench.add_command(compare_command)
bench.add_command(facts_command)
bench.add_command(ingest_command)
bench.add_command(pages_command)
bench.add_command(search_command)

if __name__ == "__main__":
    bench(prog_name="scripts/bench")
