"""Say in Chinese why a file was put aside, for readers of the site; the command line says it in English."""

from __future__ import annotations

import re

from ingest.rules import load_rules


def say_refusal(reason: str) -> str:
    """Return the line for a reason by ``rules/refusals.yml``; a reason that no rule tells is returned as it is."""
    for rule in load_rules("refusals.yml"):
        if told := re.search(rule["told"], reason):
            return rule["line"].format(None, *told.groups())
    return reason
