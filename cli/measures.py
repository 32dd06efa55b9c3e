"""kb counterparts, measures, compare: what the pages of comparison show, in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.facts import open_or_fail, print_json
from ingest.stamp import ROOT

_db_option = click.option("--db", type=click.Path(path_type=Path), default=ROOT / "kb.db", help="The database; kb.db by default.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_STATES = {"same": "同文", "adapted": "改写", "own": "自有", "passing": "顺带", "absent": "未提及", "unseen": "未比对"}


@click.command("counterparts")
@click.argument("provision")
@_db_option
@_json_option
def counterparts_command(provision: str, db: Path, as_json: bool) -> None:
    """List what other documents say on the matter of PROVISION (document/eid), with reasons, and which say nothing."""
    from query.counterparts import counterparts_of

    found = counterparts_of(open_or_fail(db), provision.replace("/", "__", 1))
    if found is None:
        click.echo(f"{provision}: no such provision; write it as document/eid", err=True)
        sys.exit(2)
    if as_json:
        print_json(found)
        return
    for document in found["documents"]:
        click.secho(f"{document['province']}  {document['title']}", bold=True)
        for one in document["found"]:
            label = one["label"].split(" › ")[-1].replace("\n", "")
            click.echo(f"  {one['score']:.2f}  {'对应' if one['kind'] == 'whole' else '顺带'}  {label}  {document['id']}/{one['eid']}")
    for document in found["silent"]:
        looked = document["looked"]
        click.echo(f"未提及：{document['province']}  {document['title']}（查了 {looked['provisions']} 条、{looked['characters']} 字）")
    if found["not_compared"]["total"]:
        click.echo(f"未比对：另有 {found['not_compared']['total']} 份文件与这份文件内容较远，没有逐条比对，有没有对应条款还不知道；可以用 kb search 检索，或用 kb compare 自己选一条来并列")


@click.command("measures")
@click.option("--theme", default="", help="Only measures of this theme (its id).")
@click.option("--least", default=2, show_default=True, help="In so many documents at least.")
@click.option("--absent", default="", metavar="DOCUMENT", help="Only what this document (its id) does not mention.")
@_db_option
@_json_option
def measures_command(theme: str, least: int, absent: str, db: Path, as_json: bool) -> None:
    """List the measures, and how each document words them."""
    from query.measures import Asked, list_coverage

    asked = Asked(theme=theme, least=least, of=absent, state="absent" if absent else "")
    found = list_coverage(open_or_fail(db), asked, whole=True)
    if as_json:
        print_json(found)
        return
    for measure in found["measures"]:
        click.secho(measure["label"].replace("\n", ""), bold=True)
        for column, cell in zip(found["columns"], measure["cells"]):
            shared = f" {cell['shared']:.0%}" if cell["shared"] is not None else ""
            where = "、".join(p["eid"] for p in cell["provisions"])
            click.echo(f"  {column['id']:32} {_STATES[cell['state']]}{shared}  {where}")
    click.echo(f"\n{found['total']} 项措施，共 {found['all']} 项")


@click.command("compare")
@click.argument("provisions", nargs=-1, required=True)
@click.option("--measure", is_flag=True, help="PROVISIONS is one; compare all provisions of its measure.")
@click.option("--diff", is_flag=True, help="Leave out what all say in the same words.")
@_db_option
@_json_option
def compare_command(provisions: tuple[str, ...], measure: bool, diff: bool, db: Path, as_json: bool) -> None:
    """Set two to six PROVISIONS (document/eid) side by side, sentence by sentence."""
    from query.compare import Asked, CompareError, compare

    view = frozenset({"diff"} if diff else ())
    if measure:
        asked = Asked(measure=provisions[0].replace("/", "__", 1), view=view)
    else:
        asked = Asked(provisions=provisions, view=view)
    try:
        comparison = compare(open_or_fail(db), asked)
    except CompareError as error:
        click.echo(error.message, err=True)
        sys.exit(2)
    if as_json:
        print_json(comparison)
        return
    for column in comparison["columns"]:
        click.secho(f"{column['n']}  {column['province']}  {column['document']['title']}  {column['label'].replace(chr(10), '')}", bold=True)
    for row in comparison["rows"]:
        click.echo(f"\n{row['n'] or ''}")
        for column, cell in zip(comparison["columns"], row["cells"]):
            words = "".join("".join(s["text"].split()) for s in cell["sentences"]) if cell else "—（无对应）"
            click.echo(f"  {column['n']}  {words}")
