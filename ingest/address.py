"""Find whom a provision is for, and how binding its wording is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Audience:
    """A group of people, the words that name it, and words that hold those and mean something else."""

    id: str
    name: str
    forms: tuple[str, ...]
    excluded: tuple[str, ...] = ()


# Modal words where they bind. Each lookaround names what it keeps out: 需要, 重要, 要求, 要素; 相应, 适应, 应急, 应届.
_MUST = re.compile(
    r"必须|不可(?!或缺|分)|严禁|禁止(?!捕)|不得|杜绝|(?<![需重主必摘简次首紧纲概扼只])要(?![求素点闻件么])|"
    r"(?<![所急不无])需(?![要求])|(?<![相适对响供反顺一])应(?![急用届对有战聘变邀力往助尽])"
)
_ENCOURAGE = re.compile(
    r"鼓励|(?<![金力技策术供务方])支持(?!服务|体系|政策|补贴|和指导|力度|企业、)|(?<![示范党])引导(?!合理|,|作用)|倡导"
)
_EXPLORE = re.compile(r"探索|试点")


def find_audiences(text: str, audiences: Sequence[Audience]) -> dict[str, list[str]]:
    """Return the audiences of a text by id, each with the words that named it."""
    found: dict[str, list[str]] = {}
    for audience in audiences:
        plain = text
        for words in audience.excluded:
            plain = plain.replace(words, "　" * len(words))
        words = [form for form in audience.forms if form in plain]
        if words:
            found[audience.id] = words
    return found


def find_force(text: str) -> dict[str, Counter[str]]:
    """Return the binding words of a text, counted, in three classes: must, encourage, explore."""
    return {
        "must": Counter(match[0] for match in _MUST.finditer(text)),
        "encourage": Counter(match[0] for match in _ENCOURAGE.finditer(text)),
        "explore": Counter(match[0] for match in _EXPLORE.finditer(text)),
    }
