"""Datasette's own table pages, for readers who listen or use no mouse: fields get names, wide tables the focus."""

from __future__ import annotations

from markupsafe import Markup

#: What Datasette's templates write, and the same with a name; where a template changes, a test of accessibility tells.
_NAMED = {
    '<select name="_filter_column': '<select aria-label="筛选的列" name="_filter_column',
    '<select name="_filter_op': '<select aria-label="筛选的方式" name="_filter_op',
    '<input type="text" name="_filter_value': '<input type="text" aria-label="筛选的值" name="_filter_value',
    '<select name="_sort"': '<select aria-label="按哪一列排序" name="_sort"',
    '<div class="table-wrapper">': '<div class="table-wrapper" tabindex="0" role="group" aria-label="数据">',
}


def name_fields(html: Markup) -> Markup:
    """Name the fields of a table page's form and let its table be scrolled by keyboard."""
    words = str(html)
    for written, named in _NAMED.items():
        words = words.replace(written, named)
    return Markup(words)
