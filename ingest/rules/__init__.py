"""The rules of ingest as data; each has a reason and an example."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class NoiseRule:
    """A rule that says which characters are not the document."""

    id: str
    # line: explains a whole line anywhere; head: tiles a line of the head with others; inline: a piece of a line;
    # table: a sign outside rows; format: what the file's format tells; page: what a page or its frame shows
    scope: str
    kind: str  # pattern, markup or told (by the format or the place on the page)
    reason: str
    example: str
    regex: re.Pattern[str] | None


@dataclass(frozen=True)
class HeadPattern:
    """A metadata field and how it is printed before or after the body."""

    field: str
    example: str
    regex: re.Pattern[str]


@lru_cache(maxsize=None)
def noise_rules() -> tuple[NoiseRule, ...]:
    """Return the noise rules in their order."""
    return tuple(
        NoiseRule(
            id=entry["id"],
            scope=entry["scope"],
            kind=entry["kind"],
            reason=entry["reason"],
            example=entry["example"],
            regex=re.compile(entry["pattern"]) if "pattern" in entry else None,
        )
        for entry in load_rules("noise.yml")
    )


@lru_cache(maxsize=None)
def noise_rule(id: str) -> NoiseRule:
    """Return the noise rule of that name."""
    return next(rule for rule in noise_rules() if rule.id == id)


@lru_cache(maxsize=None)
def head_patterns() -> tuple[HeadPattern, ...]:
    """Return the metadata patterns in their order."""
    return tuple(HeadPattern(e["field"], e["example"], re.compile(e["pattern"])) for e in load_rules("head.yml"))


@lru_cache(maxsize=None)
def load_rules(name: str) -> list[dict]:
    """Return the entries of a rules file; they are shared and not to be changed."""
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
