"""How well structure is read: the markers of a text with their depth, against a gold made by reading.

A gold is ``<name>.outline``, one marked unit a line, two blanks of indent a level; ``#`` begins a remark.
A line is the marker with a few words (``  （一）指导思想``), or a line of the long form of tests/gold/*.outline
(``clause | （一） | 指导思想 |``), of which units without a number and rows are left out. One line
``refused | reason`` says that the file must be put aside, with these words in the reason.
Depth counts marked units only: what stands under a bare title stands at the top.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import yaml

from ingest.account import account
from ingest.judge import judge
from ingest.markers import recognise
from ingest.parse import parse
from ingest.read import read
from ingest.records import Line, Parsed, SourceError, Unit
from ingest.stamp import ROOT

FIXTURES = ROOT / "tests" / "ingest" / "fixtures"
GOLD = ROOT / "tests" / "gold" / "structure"
Marked = list[tuple[int, str]]  # depth and marker


@dataclass(frozen=True)
class Score:
    """What was found in one file, counted."""

    name: str
    wanted: int
    found: int
    markers: int  # of these the same, in order
    edges_wanted: int
    edges_found: int
    edges: int
    exact: bool
    lost: int  # characters that belong to nothing, or to two things
    noise: tuple[int, int, int] | None  # characters wanted, removed, both; None where no gold for noise is kept
    refused: str | None


def gold_of(path: Path) -> Marked | str:
    """Return the markers of a gold file with their depth, or the reason for which the file must be refused."""
    marked: Marked = []
    depths: list[int] = []  # indents of the marked units that are open
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = re.sub(r"\s+#.*|\A#.*", "", raw).rstrip()
        if not line.strip():
            continue
        if line.startswith("refused |"):
            return line.split("|", 1)[1].strip()
        indent = len(line) - len(line.lstrip())
        marker = _marker_of(line.strip())
        if marker is None:
            continue
        while depths and depths[-1] >= indent:
            depths.pop()
        marked.append((len(depths), marker))
        depths.append(indent)
    return marked


def _marker_of(line: str) -> str | None:
    fields = [field.strip() for field in line.split(" | ")] if " | " in line else None
    if fields is not None:
        number = re.sub(r"\(inferred (\d+)\)", "", fields[1]).strip(" |") if len(fields) > 1 else ""
        return normal(number) if number and fields[0] not in ("row", "head") else None
    marker = recognise(Line(0, len(line), line, 0, False))
    if marker is None:
        raise ValueError(f"{line!r} opens with no marker that is known; write it as 'kind | marker | heading'")
    return normal(marker.printed)


def normal(marker: str) -> str:
    """Return a marker without blanks, width and closing point: １． and 1. are the same."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", marker))
    return "——" if re.fullmatch("[-—─]+", plain) else plain.rstrip(".、:。") or plain


def markers_of(parsed: Parsed) -> Marked:
    """Return the markers of a parse with their depth."""
    marked: Marked = []

    def visit(units: tuple[Unit, ...], depth: int) -> None:
        for unit in units:
            is_marked = bool(unit.number) and unit.kind != "row" and not unit.number_inferred
            if is_marked:
                marked.append((depth, normal(unit.number or "")))
            visit(unit.children, depth + is_marked)

    visit(parsed.units, 0)
    return marked


def score(path: Path, gold: Path) -> Score:
    """Parse a file and compare it with its gold."""
    wanted = gold_of(gold)
    try:
        parsed = parse(read(path))
        judge(parsed, path)
    except SourceError as error:
        right = isinstance(wanted, str) and wanted in str(error)
        number = 1 if isinstance(wanted, str) else len(wanted)
        return Score(gold.stem, number, int(right), int(right), 0, 0, 0, right, 0, None, str(error))
    if isinstance(wanted, str):
        return Score(gold.stem, 1, 0, 0, 0, 0, 0, False, 0, None, None)
    found = markers_of(parsed)
    blocks = SequenceMatcher(None, [m for _, m in wanted], [m for _, m in found], autojunk=False).get_matching_blocks()
    pairs = {block.a + k: block.b + k for block in blocks for k in range(block.size)}
    over_wanted, over_found = _parents(wanted), _parents(found)
    edges = sum(
        over_found[b] == (pairs.get(over_wanted[a]) if over_wanted[a] is not None else None)
        and (over_wanted[a] is None) == (over_found[b] is None)
        for a, b in pairs.items()
    )
    problems = [re.match(r"characters (\d+) to (\d+)", problem) for problem in account(parsed)]
    lost = sum(int(m[2]) - int(m[1]) for m in problems if m)
    return Score(
        gold.stem, len(wanted), len(found), len(pairs), len(wanted), len(found), edges, wanted == found, lost,
        _noise(parsed, gold.with_suffix(".noise.yml")), None,
    )  # fmt: skip


def _parents(marked: Marked) -> list[int | None]:
    parents: list[int | None] = []
    open_at: list[int] = []
    for index, (depth, _) in enumerate(marked):
        del open_at[depth:]
        parents.append(open_at[-1] if open_at else None)
        open_at.append(index)
    return parents


def _noise(parsed: Parsed, gold: Path) -> tuple[int, int, int] | None:
    """Characters that are noise by the gold's quotes, that were removed, and both."""
    if not gold.exists():
        return None
    text = parsed.reading.text
    wanted: set[int] = set()
    position = 0
    for quote in yaml.safe_load(gold.read_text(encoding="utf-8")) or []:
        # Quotes stand in the order of the text; blanks within one may be any.
        pattern = re.compile(r"\s*".join(re.escape(c) for c in re.sub(r"\s", "", quote)))
        match = pattern.search(text, position)
        if match is None:
            raise ValueError(f"{gold}: {quote!r} does not stand in the text after the quote before it")
        wanted |= {i for i in range(match.start(), match.end()) if not text[i].isspace()}
        position = match.end()
    removed = {i for n in parsed.noise for i in range(n.start, n.end) if not text[i].isspace()}
    return len(wanted), len(removed), len(wanted & removed)


def evaluate_structure(folder: Path = FIXTURES, gold: Path = GOLD) -> tuple[list[Score], dict[str, float]]:
    """Return the scores of all files that have a gold, and the figures over all: F1 of markers and of parent edges,
    rate of exact trees, characters lost, precision and recall of noise. Raises ValueError for a gold without a file."""
    scores = []
    for outline in sorted(gold.glob("*.outline")):
        file = _file_for(folder, outline.stem)
        if file is None:
            raise ValueError(f"{outline}: no file {outline.stem}.* in {folder}")
        scores.append(score(file, outline))
    return scores, _sum_up([s for s in scores if not needs_office(s)])


def needs_office(score: Score) -> bool:
    """Whether a file was put aside because there is no LibreOffice that reads it: it counts neither way."""
    return "LibreOffice" in (score.refused or "")


def _sum_up(scores: list[Score]) -> dict[str, float]:
    noise = [s.noise for s in scores if s.noise is not None]
    both = sum(n[2] for n in noise)
    return {
        "marker_f1": _f1(sum(s.markers for s in scores), sum(s.found for s in scores), sum(s.wanted for s in scores)),
        "parent_edge_f1": _f1(
            sum(s.edges for s in scores), sum(s.edges_found for s in scores), sum(s.edges_wanted for s in scores)
        ),
        "exact_tree_rate": round(sum(s.exact for s in scores) / max(len(scores), 1), 4),
        "characters_lost": sum(s.lost for s in scores),
        "noise_precision": round(both / max(sum(n[1] for n in noise), 1), 4),
        "noise_recall": round(both / max(sum(n[0] for n in noise), 1), 4),
    }


def gold_sha256(gold: Path = GOLD) -> str:
    """Return one hash over the gold, for the gate."""
    digest = hashlib.sha256()
    for path in sorted(p for p in gold.iterdir() if p.suffix in (".outline", ".yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _file_for(folder: Path, name: str) -> Path | None:
    """The file of that name in a folder, or the last version in a document's folder of that name."""
    direct = sorted(p for p in folder.glob(f"{name}.*") if p.suffix != ".outline" and p.stem == name)
    inside = sorted((folder / name).glob("v*.*")) if (folder / name).is_dir() else []
    return (direct or inside or [None])[-1]


def _f1(hits: int, found: int, wanted: int) -> float:
    return round(2 * hits / (found + wanted), 4) if found + wanted else 1.0
