"""kb draft: what the page that checks a draft shows, in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.facts import open_or_fail, print_json
from ingest.stamp import ROOT


@click.command("draft")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--db", type=click.Path(path_type=Path), default=ROOT / "kb.db", help="The database; kb.db by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole review as JSON.")
def draft_command(file: Path, db: Path, as_json: bool) -> None:
    """Check the draft in FILE (.docx, .txt): its counterparts in the documents, and the measures that it lacks."""
    from ingest.draft import DraftError, learn_tagger, parse_draft, read_draft
    from query.draft import review
    from query.draft_word import STATES, say_counts
    from query.relate import load_meaning

    conn = open_or_fail(db)
    try:
        text, remarks = read_draft(file.read_bytes(), file.name)
        draft = parse_draft(text, file.name, remarks, learn_tagger(conn, load_meaning(conn).cut.cut))
    except OSError as error:
        click.echo(f"{file}: {error.strerror}", err=True)
        sys.exit(2)
    except DraftError as error:
        click.echo(f"{file}: {error.message}", err=True)
        sys.exit(2)
    found = review(conn, draft)
    if as_json:
        print_json(found)
        return
    for line in (*say_counts(found), *found["remarks"]):
        click.echo(line)
    for unit in found["units"]:
        share = "" if unit["shared"] is None else f" {unit['shared']:.0%}"
        click.secho(f"\n{unit['label']}", bold=True)
        click.echo(f"  {STATES[unit['state']]}{share}")
        for entry in unit["documents"]:
            best = entry["found"][0]
            click.echo(f"  {entry['province']}  {best['label']}  {best['address']}")
    for head, entries in (("同类文件多数有、本稿没有的措施", found["missing"]), ("本稿只顺带提到的措施", found["touched"])):
        if entries:
            click.secho(f"\n{head}", bold=True)
        for entry in entries:
            click.echo(f"  {entry['label']}（{entry['of']} 份同类文件中 {entry['documents']} 份有：{'、'.join(p['province'] for p in entry['places'])}）")
