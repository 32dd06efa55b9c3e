"""kb add: propose how captured files enter the corpus, and put them there after consent."""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from cli.capture import Captured, CaptureError, capture_file, fetch, is_address, list_files
from cli.facts import print_json
from ingest.stamp import ROOT

MOST_LINES = 60


@click.command("add")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--id", "document_id", help="The document's id, instead of the one proposed; one FILE only.")
@click.option("--title", help="The title, where the text has none; one FILE only.")
@click.option("--source-url", help="Where a FILE was captured; an address says so itself; one FILE only.")
@click.option("--captured-on", help="The day it was captured, such as 2026-05-01.")
@click.option("--new", "as_new", is_flag=True, help="A document of its own, though it looks like a new version of another.")
@click.option("--corpus", type=click.Path(path_type=Path), default=ROOT / "corpus", help="The corpus folder; corpus/ by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposals as JSON; with it nothing is asked.")
def add_command(
    files: tuple[str, ...], yes: bool, dry_run: bool, document_id: str | None, title: str | None, source_url: str | None,
    captured_on: str | None, as_new: bool, corpus: Path, as_json: bool,
) -> None:  # fmt: skip
    """Add documents to the corpus: FILE is a file, a folder or an http(s) address.

    Shows the proposed id, document.yml, outline and doubts, warns of what is there already, and writes only after consent:
    all or nothing. Exit status 1 when a file was left out or nothing was written, 2 when none could be added.
    """
    from ingest.records import SourceError

    if len(files) > 1 and (document_id or title or source_url):
        _fail("--id, --title and --source-url are for one FILE; add the files one by one")
    given = dict(id=document_id, title=title, source_url=source_url, captured_on=captured_on, as_new=as_new)
    if not corpus.is_dir():
        _fail(f"{corpus}: no such folder; name the corpus folder")
    try:
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=corpus.resolve().parent) as staging:
            _add(files, given, corpus.resolve(), Path(staging), yes, dry_run, as_json)
    except SourceError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{corpus}: cannot be written: {error.strerror or error}; nothing was added")


def _add(
    files: Sequence[str], given: dict[str, Any], corpus: Path, staging: Path, yes: bool, dry_run: bool, as_json: bool
) -> None:
    from ingest.adding import Desk

    desk = Desk.open(corpus, corpus.parent / "kb.db")
    refused: list[tuple[str, str]] = []
    proposals = []
    for number, item in enumerate(_captures(files, refused)):
        staged = staging / f"{number}{item.suffix}"
        staged.write_bytes(item.data)
        own = {**given, "source_url": item.source_url or given["source_url"], "captured_on": item.captured_on or given["captured_on"]}
        found = desk.propose(staged, item.name, item.suffix, own)
        if isinstance(found, str):
            refused.append((item.name, found))
        else:
            proposals.append((found, staged))
            if not as_json:
                _show(found)
    if as_json:
        print_json({
            "proposals": [{**asdict(proposal), "file": proposal.file} for proposal, _ in proposals],
            "refused": [{"name": name, "reason": reason} for name, reason in refused],
        })  # fmt: skip
    for name, reason in refused:
        click.echo(f"{_plain(name)}: {_plain(reason)}", err=True)
    if not proposals:
        sys.exit(2)
    if not dry_run:
        if not yes and (as_json or not click.confirm(f"Write {_count(proposals)} to {corpus}?", err=True)):
            click.echo("nothing was written", err=True)
            sys.exit(1)
        written = desk.write(proposals, staging)
        for proposal, _ in proposals:
            if not is_address(proposal.name) and Path(proposal.name).resolve().parent == corpus:
                Path(proposal.name).unlink()  # it lay loose in the corpus and now has its folder
        if not as_json:
            for path in written:
                click.echo(f"written: {path}")
            click.echo("next: scripts/kb check, then scripts/kb build")
    sys.exit(1 if refused else 0)


def _captures(files: Iterable[str], refused: list[tuple[str, str]]) -> Iterator[Captured]:
    """Yield what the arguments name; what cannot be captured goes to ``refused``."""
    for given in files:
        try:
            if is_address(given):
                yield fetch(given)
            elif Path(given).is_dir():
                found = list(list_files(Path(given)))
                if not found:
                    refused.append((given, "no file in it that can be read"))
                for path in found:
                    yield replace(capture_file(path), name=str(path))
            else:
                yield replace(capture_file(Path(given)), name=given)
        except CaptureError as error:
            refused.append((given, str(error)))


def _show(proposal: Any) -> None:
    head = f"{_plain(proposal.name)} -> {proposal.file}"
    click.secho(head + ("  (a new version)" if proposal.version > 1 else ""), bold=True)
    if proposal.title:
        click.echo(f"  {_plain(proposal.title)}")
    for name, value in proposal.facts.items():
        if name not in ("title", "notice_title"):
            click.echo(f"  {name}: {_plain(value)}")
    for remark in proposal.remarks:
        click.secho(f"  look: {_plain(remark)}", fg="yellow")
    for other in proposal.alike:
        click.secho(f"  look: {other.share:.0%} of the shorter text stands in {other.id} too ({_plain(other.title or '')})", fg="yellow")
    if proposal.document_file:
        click.echo("  document.yml" + (" (added):" if proposal.version > 1 else ":"))
        for line in proposal.document_file.splitlines():
            click.echo(f"    {_plain(line)}")
    _show_lines("outline", proposal.outline, "no numbered unit was found")
    kinds = Counter(line.split(" ", 1)[0] for line in proposal.doubts)
    _show_lines(f"doubts: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}" if kinds else "doubts", proposal.doubts, "none")
    click.echo()


def _show_lines(head: str, lines: Sequence[str], otherwise: str) -> None:
    if not lines:
        click.echo(f"  {head}: {otherwise}")
        return
    click.echo(f"  {head}")
    for line in lines[:MOST_LINES]:
        click.echo(f"    {_plain(line)}")
    if len(lines) > MOST_LINES:
        click.echo(f"    … and {len(lines) - MOST_LINES} more (--json shows all)")


def _plain(text: str) -> str:
    """A source's text as a terminal may show it: control characters would move its cursor."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", text.replace("\n", " "))


def _count(proposals: Sequence[Any]) -> str:
    return "1 file" if len(proposals) == 1 else f"{len(proposals)} files"


def _fail(message: str) -> None:
    click.echo(_plain(message), err=True)
    sys.exit(2)
