"""kb themes, indicators, agencies, facts: what the pages on themes and facts show, in the terminal."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click

from ingest.stamp import ROOT

_db_option = click.option("--db", type=click.Path(path_type=Path), default=ROOT / "kb.db", help="The database; kb.db by default.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def open_or_fail(db: Path) -> sqlite3.Connection:
    """Open a database, or say in one line that there is none."""
    from query.database import open_database

    if not db.is_file():
        click.echo(f"{db}: no such database; run kb build first", err=True)
        sys.exit(2)
    return open_database(db)


def print_json(data: Any) -> None:
    """Print data as JSON that a reader of Chinese can read."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _or_fail(found: Any, what: str) -> Any:
    if found is None:
        click.echo(what, err=True)
        sys.exit(2)
    return found


@click.command("themes")
@click.argument("theme", required=False)
@click.option("--disagreements", is_flag=True, help="List where a tagger that never saw a province decides otherwise.")
@_db_option
@_json_option
def themes_command(theme: str | None, disagreements: bool, db: Path, as_json: bool) -> None:
    """List the themes with counts, or what the provinces say on THEME (its id)."""
    from query.themes import list_themes, read_theme

    if disagreements:
        _list_disagreements(as_json)
        return
    conn = open_or_fail(db)
    if theme is None:
        groups = list_themes(conn)
        if as_json:
            print_json(groups)
            return
        for group in groups:
            click.secho(group["name"], bold=True)
            for entry in group["themes"]:
                click.echo(f"  {entry['id']:22} {entry['name']}  {entry['provisions']} 条，{entry['documents']} 份文件")
        return
    found = _or_fail(read_theme(conn, theme), f"{theme}: no such theme; kb themes lists them")
    if as_json:
        print_json(found)
        return
    click.secho(f"{found['name']}：{found['scope']}", bold=True)
    for province in found["provinces"]:
        click.echo(f"{province['name']}  {province['total']} 条")


def _list_disagreements(as_json: bool) -> None:
    from ingest.disagree import disagree

    found = disagree(ROOT / "corpus")
    if as_json:
        print_json(found)
        return
    for unit in found:
        model = "、".join(f"{theme} {score:.2f}" for theme, score in unit["only_model"].items())
        click.echo(f"{unit['id']}  仅编者：{'、'.join(unit['only_curator']) or '—'}  仅模型：{model or '—'}")
    click.echo(f"{len(found)} 条不一致；以编者判定为准")


@click.command("indicators")
@_db_option
@_json_option
def indicators_command(db: Path, as_json: bool) -> None:
    """Compare the targets of tables over documents, values in base units."""
    from query.indicators import list_indicators

    found = list_indicators(open_or_fail(db))
    if as_json:
        print_json(found)
        return
    names = {document["id"]: document["province"] for document in found["documents"]}
    for concept in found["concepts"]:
        click.secho(concept["name"], bold=True)
        for document, values in concept["values"].items():
            for value in values:
                printed = f"{value['op']} {value['value']:,.0f} {value['unit'] or ''}".strip()
                click.echo(f"  {names[document]}  {printed}（原文 {value['value_text']}）")
        if concept["note"]:
            click.echo(f"  注：{concept['note']}")


@click.command("agencies")
@click.argument("agency", required=False)
@_db_option
@_json_option
def agencies_command(agency: str | None, db: Path, as_json: bool) -> None:
    """List the public bodies with their duties, or the duties of AGENCY (its id)."""
    from query.agencies import list_agencies, read_agency

    conn = open_or_fail(db)
    found = list_agencies(conn) if agency is None else read_agency(conn, agency)
    found = _or_fail(found, f"{agency}: no such body; kb agencies lists them")
    if as_json:
        print_json(found)
    elif agency is None:
        for entry in found["agencies"]:
            click.echo(f"{entry['id']:22} {entry['name']}  牵头 {entry['lead']}，参与 {entry['support']}")
    else:
        click.secho(found["name"], bold=True)
        for role in found["roles"]:
            click.echo(f"{'牵头' if role['role'] == 'lead' else '参与'} {role['total']}")


@click.command("facts")
@click.argument("provision")
@_db_option
def facts_command(provision: str, db: Path) -> None:
    """Print the facts of PROVISION (its id, as ln-2022-jigong-jiaoyu__part_3__cl_4) as JSON."""
    from query.facts import facts_of

    print_json(_or_fail(facts_of(open_or_fail(db), provision), f"{provision}: no such provision"))
