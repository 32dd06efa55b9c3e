"""A comparison to take away: /compare.docx, /compare.xlsx, /compare.csv."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from datasette import Response

from plugins.web.compare_page import read_compared
from plugins.web.respond import answer_text, ask, complete_addresses
from plugins.web.search_export import CONTENT_TYPES, write_disposition
from plugins.web.words import FORCE_NAMES, KIND_NAMES, QUANTITY_KINDS, ROLE_NAMES, ROW_KINDS, STRIP_NAMES
from query.compare import CompareError, compare
from query.comparison_tables import write_comparison_csv, write_comparison_xlsx
from query.comparison_word import write_comparison_word
from query.comparison_words import Names
from query.corpus import read_build

NAMES = Names(kinds=KIND_NAMES, rows=ROW_KINDS, strips=STRIP_NAMES, forces=FORCE_NAMES, roles=ROLE_NAMES, figures=QUANTITY_KINDS)


async def export_comparison(datasette, request) -> Response:
    """Answer with the comparison that the address asks for, as the page shows it."""
    form = request.url_vars["format"]
    asked = read_compared(request.args)

    absolute = complete_addresses(datasette, request)

    def question(conn):
        return compare(conn, asked), read_build(conn)

    try:
        comparison, build = await ask(datasette, question)
    except CompareError as problem:
        return answer_text(problem.message + "\n", status=problem.status)
    headers = {"Content-Disposition": write_disposition(comparison["title"], form, "policy-comparison"), "Cache-Control": "no-store"}
    body = b"" if request.method == "HEAD" else await asyncio.to_thread(_write, form, comparison, absolute, build)
    return Response(body, headers=headers, content_type=CONTENT_TYPES[form])


def _write(form: str, comparison: Mapping[str, Any], absolute: Callable[[str], str], build: Mapping[str, str]) -> bytes:
    if form == "docx":
        return write_comparison_word(comparison, NAMES, absolute, build, date.today())
    if form == "csv":
        return write_comparison_csv(comparison, NAMES, absolute)
    with tempfile.TemporaryDirectory(prefix="policy-comparison-") as folder:
        path = Path(folder) / "comparison.xlsx"
        write_comparison_xlsx(path, comparison, NAMES, absolute, build)
        return path.read_bytes()
