"""Why a file was put aside is told in Chinese, whatever refused it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.judge import unfit_rules
from ingest.refuse import say_refusal
from ingest.rules import load_rules
from ingest.spread import DIED

INGEST = Path(__file__).resolve().parents[2] / "ingest"
REFUSING = ("read", "decode", "guard", "admit", "formats/pdf", "formats/word", "formats/office", "formats/html", "formats/markdown")


def messages(module: str) -> Iterator[str]:
    """The messages of the errors that a module raises, what is filled in written as 7."""
    for node in ast.walk(ast.parse((INGEST / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            told = node.exc.args[0]
            if isinstance(told, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in told.values)


@pytest.mark.parametrize("rule", load_rules("refusals.yml"), ids=lambda rule: rule["told"])
def test_rule_tells_its_example(rule):
    # The first rule that is found speaks: another one's words must not stand before it.
    first = next(other for other in load_rules("refusals.yml") if re.search(other["told"], rule["example"]))
    assert first == rule and set(rule) == {"told", "line", "example"}
    assert "{" not in say_refusal(rule["example"])


@pytest.mark.parametrize("reason", [message for module in REFUSING for message in messages(module) if message != "7: 7"])
def test_what_a_reader_raises_is_told_in_chinese(reason):
    # What a PDF lacks is filled in and has lines of its own.
    assert reason == "7: the PDF 7; recognise the text first and save that" or say_refusal(reason) != reason


@pytest.mark.parametrize("reason", [*(rule.reason for rule in unfit_rules()), DIED])
def test_what_judges_is_told_in_chinese(reason):
    assert say_refusal(reason) != reason


def test_unknown_reason_is_shown_as_it_is():
    assert say_refusal("the moon is full {1}") == "the moon is full {1}"


def test_figures_are_filled_in():
    assert say_refusal("has 9000 pages; save the part that is the document") == "有 9000 页，不像一份文件；请只保存文件所在的部分"
