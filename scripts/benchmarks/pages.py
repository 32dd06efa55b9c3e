"""What the pages weigh and how long they take over HTTP, next to stock Datasette pages of the same database."""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import click
import httpx
from bs4 import BeautifulSoup

from benchmarks.machine import describe_machine
from ingest.build import build
from ingest.stamp import ROOT, is_stale

# A page of each kind; of those that grow with the corpus the one that is heaviest now.
PAGES = {
    "home": "/",
    "documents": "/d",
    "reading page": "/d/he-2022-zhiye-jineng-peixun",
    "reading page, many boxes": "/d/cq-2021-zhiye-jineng-peixun",
    "clause": "/d/ln-2022-zhiye-jineng-peixun/part_3__cl_7",
    "box with table": "/d/cq-2021-zhiye-jineng-peixun/box_1",
    "search, start": "/search",
    "search, a word": f"/search?q={quote('数字技能')}",
    "search, very common": f"/search?q={quote('培训')}",
    "search, cut by jieba": f"/search?q={quote('农民工技能培训补贴')}",
    "comparison, start": "/compare",
    "comparison, five": "/compare?" + "&".join(
        f"p={p}" for p in ("cq-2021-zhiye-jineng-peixun/part_2__cl_5", "he-2022-zhiye-jineng-peixun/part_3__cl_5", "ln-2022-jigong-jiaoyu/part_6__cl_21",
                           "ln-2022-zhiye-jineng-peixun/part_4__cl_11", "sx-2019-jineng-tisheng/part_2__cl_1")
    ),
    "coverage matrix": "/measures",
    "reuse": "/reuse",
    "themes": "/themes",
    "a theme": "/themes/apprenticeship",
    "targets": "/indicators",
    "agencies": "/agencies",
    "an agency": "/agencies/hrss",
    "draft check, form": "/draft",
    "about": "/about",
    "not found": "/d/ln-2022-zhiye-jineng-peixun/part_99",
    "data tables": "/kb",
    "stock table page": "/kb/provisions?_size=20&_nocol=text",
    "stock table page, 50 rows": "/kb/provisions",
    "a clause as JSON": "/d/ln-2022-zhiye-jineng-peixun/part_3__cl_7.json",
    "all hits as CSV": f"/search.csv?q={quote('培训')}",
    "all hits as Excel": f"/search.xlsx?q={quote('培训')}",
}
BUDGET = 150_000  # bytes of a first view as they are sent
REPORT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured by scripts/bench pages --write -->", "<!-- end -->"


@dataclass(frozen=True)
class Weight:
    """What a first view costs: bytes of the page itself and as sent (gzip), bytes as sent with all it asks for, requests."""

    raw: int
    sent: int
    whole: int
    requests: int


@click.command("pages")
@click.option("--runs", default=30, show_default=True)
@click.option("--write", is_flag=True, help=f"Write the table into {REPORT.relative_to(ROOT)}.")
def pages_command(runs: int, write: bool) -> None:
    """Weigh and time each kind of page: warm, one request at a time, and when the browser has it already."""
    if is_stale(ROOT / "corpus", ROOT / "kb.db"):
        build(ROOT / "corpus", ROOT / "kb.db")
    lines = [
        f"Machine: {describe_machine()}. {date.today()}; median (fastest to slowest) of {runs} warm requests, one at a time.",
        "",
        "| page | HTML, kB | as sent, kB | first view, kB | requests | server, ms | known already, ms |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    heavy = []
    with serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        for name, path in PAGES.items():
            weight = weigh(client, path)
            times = _time(client, path, runs)
            tag = client.get(path).headers.get("etag")
            known = f"{statistics.median(_time(client, path, runs, {'if-none-match': tag})) * 1000:.1f}" if tag else "–"
            middle = f"{statistics.median(times) * 1000:.1f} ({min(times) * 1000:.1f}–{max(times) * 1000:.1f})"
            kilo = [f"{size / 1000:.1f}" for size in (weight.raw, weight.sent, weight.whole)]
            lines.append(f"| {name} | {' | '.join(kilo)} | {weight.requests} | {middle} | {known} |")
            if weight.whole > BUDGET:
                heavy.append(f"{name} ({weight.whole / 1000:.0f} kB)")
    lines += ["", f"Over {BUDGET // 1000} kB: {', '.join(heavy) or 'none'}."]
    click.echo("\n".join(lines))
    if write:
        text = REPORT.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        REPORT.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.split(END)[1]}", encoding="utf-8")


def weigh(client: httpx.Client, path: str) -> Weight:
    """Weigh a page and all that a browser asks for to show it."""
    response = client.get(path)
    if response.status_code not in (200, 404):
        raise click.ClickException(f"{path} answers {response.status_code}: name another page of its kind in PAGES")
    parts = [response]
    if response.headers["content-type"].startswith("text/html"):
        page = BeautifulSoup(response.content, "html.parser")
        asked = [tag["href"] for tag in page.select("link[rel=stylesheet], link[rel=icon], link[rel=preload]")]
        asked += [tag["src"] for tag in page.select("script[src], img[src]")]
        parts += [client.get(address).raise_for_status() for address in dict.fromkeys(asked)]
    sent = [part.num_bytes_downloaded for part in parts]
    return Weight(len(response.content), sent[0], sum(sent), len(parts))


def _time(client: httpx.Client, path: str, runs: int, headers: dict[str, str] | None = None) -> list[float]:
    for _ in range(3):
        client.get(path, headers=headers)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        client.get(path, headers=headers)
        times.append(time.perf_counter() - start)
    return times


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
