"""kb reuse: what the pages on shared wording show, in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from cli.facts import open_or_fail, print_json
from ingest.stamp import ROOT

_db_option = click.option("--db", type=click.Path(path_type=Path), default=ROOT / "kb.db", help="The database; kb.db by default.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command("reuse")
@click.argument("document", required=False)
@click.argument("other", required=False)
@click.option("--min", "minimum", type=click.Choice(["12", "20", "30", "50", "100"]), default="20", show_default=True,
              help="The least length of a passage, in characters without punctuation.")  # fmt: skip
@click.option("--page", type=click.IntRange(1, 10**6), default=1, show_default=True, help="Which twenty passages.")
@_db_option
@_json_option
def reuse_command(document: str | None, other: str | None, minimum: str, page: int, db: Path, as_json: bool) -> None:
    """Tell how much of each document is its own, and list the passages that documents share, the longest first.

    DOCUMENT and OTHER (their ids) narrow the list to what one document shares, or two.
    """
    from query.database import one
    from query.reuse import list_passages
    from query.reuse_shares import describe_reuse

    conn = open_or_fail(db)
    for id_ in filter(None, (document, other)):
        if one(conn, "SELECT 1 FROM documents WHERE id = ?", [id_]) is None:
            click.echo(f"{id_}: no such document; kb reuse lists them", err=True)
            sys.exit(2)
    shares = describe_reuse(conn, int(minimum))
    found = list_passages(conn, int(minimum), document, other, page=page)
    if as_json:
        print_json({"shares": shares, **found})
        return
    for own in shares["documents"] if document is None else ():
        near = own["nearest"]
        nearest = f"；与 {near['id']} 相同 {near['share']:.1%}" if near else ""
        click.echo(f"{own['id']:32} 自有 {own['own_share']:.1%}（{own['characters']} 字中的 {own['own']} 字）{nearest}")
    for passage in found["passages"]:
        _print_passage(passage)
    click.echo(f"\n{found['total']} 段，每段至少 {minimum} 字；第 {found['page']} 页，共 {found['pages']} 页")


def _print_passage(passage: dict[str, Any]) -> None:
    first = passage["members"][0]
    click.echo()
    click.secho(f"{passage['length']} 字，见于 {passage['documents']} 份文件", bold=True)
    click.echo("".join(first["text"].split()))
    for member in passage["members"]:
        alike = "" if member is first else "（逐字相同）" if member["is_same"] else f"（{int(member['identical'] * 100)}% 相同）"
        click.echo(f"  {member['address']}{alike}")
