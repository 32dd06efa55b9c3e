"""Read a table whose cells the source's format tells: heads over several rows, merged cells, group headings."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ingest.bodies import close_up
from ingest.cells import WIDEST, Row, Table
from ingest.fit import join
from ingest.records import Grid, GridCell, Line

# A cell of more characters is a frame around text, not a cell of a table.
LONGEST_CELL = 3000
MOST_CELLS = 200_000
MOST_TOLD = 4_000_000  # characters
MOST_PLACES = 1_000_000  # a cell of many rows and columns takes many
MOST_HEADS = 4  # rows
# The commonest, which 95 of 100 people bear.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白"
    "邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝"
    "包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
Drawn = list[list[tuple[str, int, int, int]]]  # of each row its cells: text, column, rows, columns
_NOTE = re.compile(r"(?:备\s*)?注(?:\s*[:：]|\s*\d|\s+\S)|(?:数据|资料)来源\s*[:：]|(?:填表)?说\s*明\s*[:：]")
_NUMERIC = re.compile(r"[\d.,%≥≤<>=〔〕~～—-]+\Z")


def is_table(grid: Grid, lines: Sequence[Line]) -> bool:
    """True where the grid holds a table's data; false for a page's frame drawn as a table."""
    if not lines or not 2 < len(grid.cells) <= MOST_CELLS or len({c.row for c in grid.cells}) < 2:
        return False
    placed = sorted((cell for cell in grid.cells if cell.start >= 0), key=lambda cell: (cell.start, cell.end))
    # A cell that was never closed holds the rows that follow: what its table was can't be told.
    if any(after.start < before.end for before, after in zip(placed, placed[1:])):
        return False
    if placed and not grid.start <= placed[0].start <= placed[-1].end <= grid.end:
        return False
    return max(c.end - c.start for c in grid.cells) <= LONGEST_CELL


def read_grid(grid: Grid, lines: Sequence[Line]) -> Table | None:
    """Return heads and rows of a grid; a cell that covers several rows is told in each of them.

    ``lines`` are what is left of the table's text. A column's head is the path of the heads above it
    (整治计划 › 2021年), a cell across the whole table a group heading. None where the grid is no table.
    """
    if not is_table(grid, lines):
        return None
    grid = _without_idle_columns(grid)
    texts = {cell: text_of(cell, lines) for cell in grid.cells}
    width = max(cell.column + cell.colspan for cell in grid.cells)
    height = max(cell.row + 1 for cell in grid.cells)
    if width < 2 or width > WIDEST:
        return None
    # A cell of many rows is told in each: what its text comes to must stay in proportion to the file.
    told = sum(len(texts[cell]) * min(cell.rowspan, height - cell.row) for cell in grid.cells)
    places = sum(min(cell.rowspan, height - cell.row) * cell.colspan for cell in grid.cells)
    if told > MOST_TOLD or places > MOST_PLACES:
        return None
    rows: list[list[GridCell]] = [[] for _ in range(height)]
    for cell in grid.cells:
        rows[cell.row].append(cell)
    top = min((cell.start for cell in grid.cells if cell.start >= 0), default=grid.start)
    # What stands in the table before its first cell is its caption.
    first, title = 0, "".join(line.text for line in lines if line.start < top) or None
    # A first row of one cell across all is the table's title.
    while first < height - 2 and _spans_all(rows[first], width, texts):
        title = (title or "") + texts[rows[first][0]]
        first += 1
    depth = _head_rows(rows, first, texts)
    covering: dict[tuple[int, int], GridCell] = {}
    for cell in grid.cells:
        for row in range(cell.row, min(cell.row + cell.rowspan, height)):
            for column in range(cell.column, min(cell.column + cell.colspan, width)):
                covering.setdefault((row, column), cell)
    head = tuple(_path(covering, texts, column, first, first + depth) for column in range(width)) if depth else ()
    made: list[Row] = []
    group: str | None = None
    opened: int | None = None  # where a group heading stands that has no row yet
    for row in range(first + depth, height):
        own = [cell for cell in rows[row] if cell.start >= 0]
        if _spans_all(rows[row], width, texts):
            if _NOTE.match(texts[own[0]]):
                continue  # what stands below the rows, or is written above them to be shown there: 注：…
            if opened is not None and group is not None:  # a group without rows is told by a row of its own
                made.append(Row(opened, own[0].start, (group, *[""] * (width - 1)), None))
            group = texts[own[0]]
            opened = own[0].start
            continue
        if not own:
            continue  # all its cells are covered from above, or empty
        start = min(cell.start for cell in own) if opened is None else opened
        cells = tuple(texts[covering[row, c]] if (row, c) in covering else "" for c in range(width))
        made.append(Row(start, max(cell.end for cell in own), _without_repeats(cells, covering, row, width), group))
        opened = None
    # A cell across the table with nothing under it is what stands below the rows.
    if not made:
        return None
    heads = [cell for row in rows[: first + depth] for cell in row if cell.start >= 0]
    return Table(head, max((cell.end for cell in heads), default=None), _in_order(made), False, title)


def _without_idle_columns(grid: Grid) -> Grid:
    """A table without the columns in which no cell begins: a cell said to be wider than the table makes such."""
    begins = sorted({cell.column for cell in grid.cells})
    if begins[-1] + 1 == len(begins) and max(cell.column + cell.colspan for cell in grid.cells) == len(begins):
        return grid
    cells = [
        replace(cell, column=(at := bisect_left(begins, cell.column)), colspan=bisect_left(begins, cell.column + cell.colspan) - at)
        for cell in grid.cells
    ]
    return replace(grid, cells=tuple(cells))


def count_repeated(rows: Drawn, heads: Drawn) -> int:
    """Return how many rows at the top repeat another table's, as where a page shows the heads again: words, and not all there is."""
    same = 0
    while same < min(len(rows) - 1, len(heads) - 1, MOST_HEADS) and rows[same] == heads[same]:
        same += 1
    words = any(re.search(r"[^\W\d]", cell[0]) for row in rows[:same] for cell in row)
    # A cell that reaches below the rows that are the same belongs to rows that are not.
    whole = all(index + cell[2] <= same for index, row in enumerate(rows[:same]) for cell in row)
    return same if words and whole else 0


def _in_order(rows: list[Row]) -> tuple[Row, ...]:
    """Rows whose ranges do not overlap: the format's order is the text's."""
    return tuple(row for before, row in zip([None, *rows], rows) if before is None or row.start >= before.end)


def text_of(cell: GridCell, lines: Sequence[Line]) -> str:
    """Return a cell's text, its lines closed up as the table's width had broken them."""
    return join([line.text for line in lines[_first(lines, cell.start) : _first(lines, cell.end)]])


def _first(lines: Sequence[Line], offset: int) -> int:
    return bisect_left(lines, offset, key=lambda line: line.start)


def _spans_all(row: list[GridCell], width: int, texts: dict[GridCell, str]) -> bool:
    return len(row) == 1 and row[0].colspan >= width and row[0].start >= 0 and bool(texts[row[0]])


def _is_of_names(texts: Sequence[str]) -> bool:
    """True where all that a table holds are people's names: such a list has no heads."""
    names = [re.sub(r"\s", "", text) for text in texts if text.strip()]
    return len(names) > 5 and all(2 <= len(name) <= 4 and name[0] in SURNAMES for name in names)


def _head_rows(rows: list[list[GridCell]], first: int, texts: dict[GridCell, str]) -> int:
    """Number of rows that hold heads: those marked as such, else as many as the first row's tallest cell covers."""
    marked = 0
    while first + marked < len(rows) - 1 and rows[first + marked] and all(c.head for c in rows[first + marked]):
        marked += 1
    if marked:
        return marked
    row = [cell for cell in rows[first] if cell.start >= 0]
    if _is_of_names([text for cell, text in texts.items() if cell.row >= first]):
        return 0
    if not row or any(_NUMERIC.match(texts[cell].replace(" ", "")) and not re.match(r"(?:19|20)\d{2}\Z", texts[cell]) for cell in row):
        return 0
    # A form: 单位名称 beside a blank to be filled in is no head of it.
    width = max(cell.column + cell.colspan for cells in rows for cell in cells)
    if 2 * sum(cell.colspan for cell in row) < width:
        return 0
    tallest = max(cell.rowspan for cell in row)
    if any(cell.colspan > 1 for cell in row) or tallest > 1:
        # A head that is split into columns below it stands beside heads that cover both rows.
        tallest = max(tallest if tallest <= 3 else 1, 2 if any(c.colspan > 1 for c in row) and tallest > 1 else 1)
    return min(tallest, len(rows) - first - 1)


def _path(covering: dict[tuple[int, int], GridCell], texts: dict[GridCell, str], column: int, first: int, end: int) -> str:
    path: list[str] = []
    for row in range(first, end):
        cell = covering.get((row, column))
        text = close_up(texts[cell]) if cell is not None else ""  # 说　明 is 说明
        if text and (not path or path[-1] != text):
            path.append(text)
    return " › ".join(path)


def _without_repeats(
    cells: tuple[str, ...], covering: dict[tuple[int, int], GridCell], row: int, width: int
) -> tuple[str, ...]:
    """A cell across several columns is told once, in the first; the others stay empty so that columns keep their heads."""
    return tuple(
        "" if c and (row, c) in covering and covering[row, c] is covering.get((row, c - 1)) else cells[c] for c in range(width)
    )
