"""How long the pages take over HTTP, next to a stock Datasette page of the same database."""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import click
import httpx

from benchmarks.machine import describe_machine, spread
from ingest.build import build
from ingest.stamp import ROOT, is_stale

PAGES = {
    "home": "/",
    "documents": "/d",
    "reading page": "/d/he-2022-zhiye-jineng-peixun",
    "clause": "/d/ln-2022-zhiye-jineng-peixun/part_3__cl_7",
    "box with table": "/d/cq-2021-zhiye-jineng-peixun/box_1",
    "search, a word": f"/search?q={quote('数字技能')}",
    "search, very common": f"/search?q={quote('培训')}",
    "search, cut by jieba": f"/search?q={quote('农民工技能培训补贴')}",
}
ALTERNATIVE = "/kb/provisions?_size=20&_nocol=text"


@click.command("pages")
@click.option("--runs", default=30, show_default=True)
def pages_command(runs: int) -> None:
    """Time each kind of page, warm, one request at a time."""
    if is_stale(ROOT / "corpus", ROOT / "kb.db"):
        build(ROOT / "corpus", ROOT / "kb.db")
    with serving() as address, httpx.Client(base_url=address) as client:
        click.echo(f"machine: {describe_machine()}; median of {runs} warm requests (range), one at a time")
        base, _ = _time(client, ALTERNATIVE, runs)
        click.echo(f"{'stock table page, 20 rows':28} {spread(base)}")
        for name, path in PAGES.items():
            times, size = _time(client, path, runs)
            ratio = statistics.median(times) / statistics.median(base)
            click.echo(f"{name:28} {spread(times)}  {size / 1024:6.1f} KiB  {ratio:.2f} of the stock page")


def _time(client: httpx.Client, path: str, runs: int) -> tuple[list[float], int]:
    size = 0
    for _ in range(3):
        response = client.get(path)
        response.raise_for_status()
        size = len(response.content)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        client.get(path)
        times.append(time.perf_counter() - start)
    return times, size


def _what(db: Path | None) -> list[str]:
    """Datasette's arguments: the configuration directory, or the same configuration over another database."""
    if db is None:
        return [str(ROOT)]
    settings = json.loads((ROOT / "settings.json").read_text(encoding="utf-8"))
    arguments = [str(db), "--metadata", str(ROOT / "metadata.json"), "--template-dir", str(ROOT / "templates")]
    arguments += ["--plugins-dir", str(ROOT / "plugins"), "--static", f"static:{ROOT / 'static'}"]
    for name, value in settings.items():
        arguments += ["--setting", name, json.dumps(value)]
    return arguments


@contextmanager
def serving(db: Path | None = None):
    """Serve the site on a free port for as long as the block runs: over kb.db, or over another database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "datasette", "serve", *_what(db), "--port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            if server.poll() is not None:
                raise click.ClickException("the server ended before it answered: run scripts/serve to see why")
            try:
                httpx.get(address, timeout=2)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()
