"""How the wording of a measure is judged, on sentences written for it."""

from __future__ import annotations

import pytest

from align.cover import judge_cover

OTHER = "支持企业设立高技能人才培训基地和技能大师工作室,对外开放培训资源。"


@pytest.mark.parametrize(
    "text, state",
    [
        (OTHER, "same"),
        ("支持企业设立高技能人才培训基地和技能大师工作室,并给予一次性建设补助,补助标准由市州确定,每年评估一次。", "adapted"),
        ("每个县都要有一所综合性实训中心,面向城乡劳动者免费开放。", "own"),
    ],
)
def test_wording_is_judged_by_the_share_that_stands_in_others(text, state):
    assert judge_cover(text, [OTHER])[0] == state


def test_what_no_other_document_has_is_its_own():
    assert judge_cover(OTHER, []) == ("own", 0.0)
