"""kb: build, check, search and serve the knowledge base."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.add import add_command
from cli.draft import draft_command
from cli.facts import agencies_command, facts_command, indicators_command, open_or_fail, print_json, themes_command
from cli.measures import compare_command, counterparts_command, measures_command
from cli.reuse import reuse_command
from ingest.records import SourceError
from ingest.stamp import ROOT, is_stale

if TYPE_CHECKING:
    from ingest.build import Built

CORPUS = ROOT / "corpus"
DB = ROOT / "kb.db"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def kb() -> None:
    """Chinese policy documents as data: build, check, search and serve the knowledge base."""


def _fail(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(2)


def _progress(items: Iterable[Any], count: int) -> Iterable[Any]:
    """Show a bar where someone watches; yield the items in any case."""
    with click.progressbar(
        items, length=count, label="建库", file=sys.stderr, show_pos=True, hidden=not sys.stderr.isatty()
    ) as bar:
        yield from bar


def _build(corpus: Path, db: Path) -> Built:
    from ingest.build import build  # imported late: serving what is built already starts at once

    try:
        built = build(corpus, db, _progress)
    except SourceError as error:
        _fail(str(error))
        raise
    if built.unsaved:
        click.echo(f"{built.unsaved[0].parent}: cannot be written; new addresses are served but not listed", err=True)
    return built


_db_option = click.option("--db", type=click.Path(path_type=Path), default=DB, help="The database; kb.db by default.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_corpus_argument = click.argument("corpus", type=click.Path(path_type=Path), default=CORPUS)


@kb.command("build")
@_corpus_argument
@_db_option
@_json_option
def build_command(corpus: Path, db: Path, as_json: bool) -> None:
    """Build the database from a CORPUS folder (corpus/ by default) and swap it in.

    Documents that are as they were are taken over; a build that was interrupted goes on where it was.
    """
    built = _build(corpus, db)
    if as_json:
        seconds = {step: round(value, 3) for step, value in built.seconds.items()}
        print_json({"db": str(db), **built.counts, "prepared": built.prepared, "seconds": seconds})
    else:
        click.echo(f"{db}: " + ", ".join(f"{count} {name}" for name, count in built.counts.items()))
        click.echo(f"{built.prepared} documents read, the others taken over; {built.seconds['whole']:.1f} s")


@kb.command("check")
@_corpus_argument
@_json_option
def check_command(corpus: Path, as_json: bool) -> None:
    """Prove that every visible character of CORPUS is accounted for; list noise and doubts.

    Exit status 1 when a character is lost or claimed twice.
    """
    from ingest.audit import audit

    try:
        report = audit(corpus)
    except SourceError as error:
        _fail(str(error))
        raise
    if as_json:
        print_json(report)
    else:
        for version in report["versions"]:
            click.echo(
                f"{version['id']}: {version['characters']} characters = {version['provisions']} in provisions"
                f" + {version['metadata']} in metadata + {version['noise']} noise; {len(version['doubts'])} doubts"
            )
            removed = [f"noise {rule}: {count} characters" for rule, count in version["noise_by_rule"].items()]
            for line in [*version["problems"], *removed, *(f"doubt {d['kind']} at {d['eid']}: {d['message']}" for d in version["doubts"])]:
                click.echo(f"  {line}")
        for refused in report["quarantined"]:
            click.echo(f"put aside {refused['file']}: {refused['reason']}")
        click.echo("accounting: " + ("proved" if report["ok"] else "FAILS"))
    sys.exit(0 if report["ok"] else 1)


@kb.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, help="How many hits.")
@click.option("--document", help="Only in the document with this id.")
@_db_option
@_json_option
def search_command(words: tuple[str, ...], limit: int, document: str | None, db: Path, as_json: bool) -> None:
    """Find provisions in which all WORDS stand."""
    from query.search import search

    answer = search(open_or_fail(db), " ".join(words), limit=limit, chosen={"doc": [document]} if document else None)
    if as_json:
        print_json(answer)
        return
    if answer["message"]:
        click.echo(answer["message"])
    if answer["total"]:
        click.echo(f"{answer['total']} 条，见于 {answer['documents']} 份文件（{answer['read_as']}）")
    for hit in answer["hits"]:
        click.echo()
        click.secho(f"{hit['province']} · {hit['label']}", bold=True)
        click.echo("".join(click.style(text, fg="red") if match else text for text, match in hit["passage"]))
        click.echo(f"/d/{hit['document_id']}/{hit['inner_eid']}")


@kb.command("serve")
@click.option("--port", default=8001, show_default=True, help="The port; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--local", is_flag=True, help="For yourself alone: free SQL, Datasette's own pages, kb.db to download, no rate limit.")
@click.option("--no-build", is_flag=True, help="Serve kb.db as it is, stale or not.")
def serve_command(port: int, host: str, local: bool, no_build: bool) -> None:
    """Build kb.db where it is missing or stale, and serve the site; docs/deploy.md has the variables KB_…"""
    import os
    import socket

    from cli.serve import SettingError, settle

    try:
        environment = settle(os.environ, local, host)
    except SettingError as error:
        _fail(str(error))
    if not no_build and is_stale(CORPUS, DB):
        _build(CORPUS, DB)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            _fail(f"port {port} is taken; name another one with --port")
        port = probe.getsockname()[1]
    click.echo(f"http://{host}:{port}/", err=False)
    sys.stdout.flush()
    arguments = ["serve", str(ROOT), "--host", host, "--port", str(port)]
    os.execve(sys.executable, [sys.executable, "-m", "datasette", *arguments], environment)


for command in (
    add_command, themes_command, indicators_command, agencies_command, facts_command, counterparts_command, measures_command,
    compare_command, reuse_command, draft_command,
):  # fmt: skip
    kb.add_command(command)

if __name__ == "__main__":
    kb(prog_name="kb")
