"""Find whom a provision is for, and how binding its wording is."""

from __future__ import annotations

import re
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


FORCES = {"must": _MUST, "encourage": _ENCOURAGE, "explore": _EXPLORE}
Span = tuple[int, int]


def find_audiences(text: str, audiences: Sequence[Audience], ranges: Sequence[Span] | None = None) -> dict[str, list[Span]]:
    """Return the audiences of a text by id, each with the places of the words that name it.

    ``ranges`` are the stretches of the text to look in, all of it by default. The longest form is taken at a place.
    """
    found: dict[str, list[Span]] = {}
    for audience in audiences:
        forms = re.compile("|".join(map(re.escape, sorted(audience.forms, key=len, reverse=True))))
        for start, end in ranges or [(0, len(text))]:
            plain = text[start:end]
            for words in audience.excluded:
                plain = plain.replace(words, "　" * len(words))
            places = [(start + match.start(), start + match.end()) for match in forms.finditer(plain)]
            if places:
                found.setdefault(audience.id, []).extend(places)
    return found


def find_force(text: str, ranges: Sequence[Span] | None = None) -> dict[str, dict[str, list[Span]]]:
    """Return the places of the binding words of a text, by class (must, encourage, explore) and word."""
    found: dict[str, dict[str, list[Span]]] = {force: {} for force in FORCES}
    for force, pattern in FORCES.items():
        for start, end in ranges or [(0, len(text))]:
            # Cut out, so that what stands before the range (the marker of an item) is not looked back at.
            for match in pattern.finditer(text[start:end]):
                found[force].setdefault(match[0], []).append((start + match.start(), start + match.end()))
    return found
