"""Find the tables of a plain text whose cells are parted by tabs or strokes, as Word, Excel and converters leave them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.cells import WIDEST, Cell
from ingest.grids import LONGEST_CELL
from ingest.records import Grid, GridCell, Noise
from ingest.rules import noise_rule

LEAST_ROWS = 3  # with the heads; two under a rule of dashes
_RULE = re.compile(r"\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?")
_YEAR = re.compile(r"(?:19|20)\d{2}\Z")
_Line = tuple[int, str]  # where it begins, and its text
_Piece = tuple[int, int]


def delimit(text: str) -> tuple[str, tuple[Grid, ...], tuple[Noise, ...]]:
    """Return the text with each such cell on a line of its own, the tables, and the strokes between cells as noise.

    Only white space changes, and no offset: a tab, or the blank beside a stroke, becomes a line's end. Every line of a table
    has as many cells as the others, and none beside it has any: where a merged cell leaves a row short, nothing is told.
    """
    characters: list[str] | None = None
    grids: list[Grid] = []
    noise: list[Noise] = []
    rule = noise_rule("table-mark")
    for sign in ("\t", "|"):
        for run in _runs(text, sign) if sign in text else ():
            rows = _rows_of(run, sign)
            if rows is None:
                continue
            characters = characters or list(text)
            cells = [(r, c, start, end) for r, row in enumerate(rows) for c, (start, end) in enumerate(row)]
            grids.append(_grid_of(cells))
            for start, line in run:
                if _RULE.fullmatch(line.strip()):
                    at = start + line.index(line.strip())
                    noise.append(Noise(at, at + len(line.strip()), rule.id, rule.reason))
                    continue
                for at in (start + m.start() for m in re.finditer(re.escape(sign), line)):
                    if sign == "|":
                        noise.append(Noise(at, at + 1, rule.id, rule.reason))
                    for place in (at - 1, at, at + 1):
                        if 0 <= place < len(text) and text[place].isspace():
                            characters[place] = "\n"
    return "".join(characters) if characters else text, tuple(sorted(grids, key=lambda grid: grid.start)), tuple(noise)


def _runs(text: str, sign: str) -> Iterator[list[_Line]]:
    """The lines right after each other that bear a sign, blank ones between them left out."""
    run: list[_Line] = []
    offset = 0
    for raw in text.split("\n"):
        bears = sign in (raw.strip() if sign == "|" else raw)
        if bears and raw.strip() not in ("", sign):
            run.append((offset, raw))
        elif raw.strip():
            yield run
            run = []
        offset += len(raw) + 1
    yield run


def _rows_of(run: Sequence[_Line], sign: str) -> list[list[_Piece]] | None:
    """Of each row where its cells stand; None where the lines are no table."""
    ruled = sign == "|" and len(run) > 1 and bool(_RULE.fullmatch(run[1][1].strip()))
    lines = [one for at, one in enumerate(run) if not (ruled and at == 1)]
    if len(lines) < (2 if ruled else LEAST_ROWS):
        return None
    rows = [_cells_of(start, line, sign) for start, line in lines]
    width = len(rows[0])
    if not (2 if ruled else 3) <= width <= WIDEST or any(len(row) != width for row in rows):
        return None
    if any(end - start > LONGEST_CELL for row in rows for start, end in row):
        return None
    if sign == "|" and any(not _stands_apart(line) for _, line in lines):
        return None
    first = lines[0][1]
    heads = [first[start - lines[0][0] : end - lines[0][0]] for start, end in rows[0]]
    told = [head for head in heads if head]
    # Heads: words in each column but a corner's, no sentence and no figure.
    if len(told) < width - 1 or any(head.endswith("。") or (Cell(0, 0, head).sort == "value" and not _YEAR.match(head)) for head in told):
        return None
    return rows


def _cells_of(start: int, line: str, sign: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    at = start
    for piece in line.split(sign):
        lead = len(piece) - len(piece.lstrip())
        pieces.append((at + lead, max(at + len(piece.rstrip()), at + lead)))
        at += len(piece) + 1
    if sign == "|":
        bare = line.strip()
        pieces = pieces[1 if bare.startswith("|") else 0 : -1 if bare.endswith("|") else None]
    return pieces


def _stands_apart(line: str) -> bool:
    """True where blanks part each stroke from the words beside it, so that a line can end there."""
    return not re.search(r"[^\s|]\||\|[^\s|]", line.strip().strip("|"))


def _grid_of(cells: Sequence[tuple[int, int, int, int]]) -> Grid:
    shown = [(start, end) for _, _, start, end in cells if end > start]
    made = tuple(GridCell(*((start, end) if end > start else (-1, -1)), row, column) for row, column, start, end in cells)
    return Grid(shown[0][0], shown[-1][1], made)
