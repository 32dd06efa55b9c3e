"""Print the quality figures that the gates are pinned to."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import click

from ingest.build import build
from ingest.stamp import ROOT, is_stale
from query.database import open_database
from tests.quality.counterparts import encode_all, evaluate_counterparts, learn, list_wrong, load_judgements, without_labels
from tests.quality.facts import evaluate_facts
from tests.quality.search import GOLD, RANKINGS, by_site, evaluate, load_judged, ndcg
from tests.quality.sentences import measure as measure_sentences
from tests.quality.structure import FIXTURES, evaluate_structure
from tests.quality.structure import GOLD as STRUCTURE_GOLD
from tests.quality.themes import evaluate_themes


@click.group()
def evaluate_command() -> None:
    """Measure quality on gold that was made by reading."""


def _open() -> sqlite3.Connection:
    """The database of the corpus as it stands."""
    db = ROOT / "kb.db"
    if is_stale(ROOT / "corpus", db):
        build(ROOT / "corpus", db)
    return open_database(db)


@evaluate_command.command("search")
@click.option("--worst", default=0, help="List so many of the queries that come out worst.")
def search_command(worst: int) -> None:
    """nDCG@10 of the order of search on the judged set, beside two baselines."""
    conn = _open()
    click.echo(f"gold {hashlib.sha256(GOLD.read_bytes()).hexdigest()[:12]}, {len(load_judged())} queries")
    scores = {name: evaluate(conn, ranking) for name, ranking in RANKINGS.items()}
    kinds = list(scores["search"])
    click.echo(f"{'':18}" + "".join(f"{kind:>12}" for kind in kinds))
    for name, by_kind in scores.items():
        click.echo(f"{name:18}" + "".join(f"{by_kind[kind]:12.4f}" for kind in kinds))
    judged = [(ndcg(by_site(conn, j.query), j.grades), j) for j in load_judged() if any(j.grades.values())]
    for score, j in sorted(judged, key=lambda pair: pair[0])[:worst]:
        click.echo(f"{score:.2f}  {j.id}  {j.kind:12} {j.query}")


@evaluate_command.command("facts")
def facts_command() -> None:
    """Precision and recall of figures, duties, citations, audiences and force."""
    for kind, (precision, recall, number) in evaluate_facts(_open()).items():
        click.echo(f"{kind:18} precision {precision:.4f}  recall {recall:.4f}  of {number}")


@evaluate_command.command("themes")
def themes_command() -> None:
    """F1 of the themes, each province tagged by a tagger that never saw it."""
    measured = evaluate_themes(_open())
    for name, value in measured.items():
        if name != "per_theme":
            click.echo(f"{name:22} {value:.4f}")
    for theme, (precision, recall, f1) in measured["per_theme"].items():
        click.echo(f"  {theme:22} precision {precision:.2f}  recall {recall:.2f}  F1 {f1:.2f}")


@evaluate_command.command("counterparts")
@click.option("--wrong", is_flag=True, help="List what comes out wrong.")
@click.option("--learn", "learning", is_flag=True, help="Learn align/weights.json anew, from the whole gold.")
def counterparts_command(wrong: bool, learning: bool) -> None:
    """First counterpart and silence, each document by weights that were learned without it."""
    conn = _open()
    if learning:
        encoded, judgements = encode_all(conn), load_judgements()
        weights = learn(encoded, without_labels(encoded, conn), judgements, {p.document for p in encoded.provisions})
        (ROOT / "align" / "weights.json").write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    for name, value in evaluate_counterparts(conn).items():
        click.echo(f"{name:22} {value:.4f}" if isinstance(value, float) else f"{name:22} {value}")
    if wrong:
        for line in list_wrong(conn):
            click.echo(line)


@evaluate_command.command("sentences")
def sentences_command() -> None:
    """Precision and recall of sentences set beside each other, and every error."""
    precision, recall = measure_sentences(_open(), show=True)
    click.echo(f"precision {precision:.4f}  recall {recall:.4f}")


@evaluate_command.command("structure")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FIXTURES)
@click.argument("gold", type=click.Path(exists=True, file_okay=False, path_type=Path), default=STRUCTURE_GOLD)
def structure_command(folder: Path, gold: Path) -> None:
    """Markers, parents and trees of the files in FOLDER against GOLD; what is lost, and what is taken for noise."""
    try:
        scores, figures = evaluate_structure(folder, gold)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    for s in scores:
        verdict = "exact" if s.exact else "differs"
        told = f"put aside: {s.refused.split(': ', 1)[-1]}" if s.refused else f"{s.markers} of {s.wanted} markers, {s.found} found"
        click.echo(f"{s.name:32} {verdict:8} {told}; {s.edges} parents; {s.lost} characters lost")
    for name, value in figures.items():
        click.echo(f"{name:32} {value}")


if __name__ == "__main__":
    evaluate_command(prog_name="scripts/evaluate")
