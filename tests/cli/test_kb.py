"""The command line, as a user runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import kb
from ingest.stamp import ROOT


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run kb in a process of its own, away from the repository."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments], cwd="/", capture_output=True, text=True, env=environment
    )


def run(*arguments: str) -> Result:
    """Run kb here: a process of its own spends a second on imports before it does anything."""
    return CliRunner().invoke(kb, arguments, prog_name="kb")


def test_a_process_of_its_own_says_the_same_wherever_it_is_started(site_db):
    arguments = ("search", "冰雪", "张家口", "--db", str(site_db))
    ran = start(*arguments)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, run(*arguments).stdout, "")


def test_a_process_of_its_own_fails_with_one_line_and_status_2():
    ran = start("search", "甲", "--db", "/nowhere/kb.db")
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", "/nowhere/kb.db: no such database; run kb build first\n")


def test_check_proves_the_accounting_of_the_corpus():
    ran = run("check")
    assert ran.exit_code == 0 and ran.stdout.endswith("accounting: proved\n")


def test_check_counts_add_up():
    report = json.loads(run("check", "--json").stdout)
    assert len(report["versions"]) == 5
    for version in report["versions"]:
        assert version["characters"] == version["provisions"] + version["metadata"] + version["noise"]


def test_search_prints_hits_with_their_addresses(site_db):
    ran = run("search", "冰雪", "张家口", "--db", str(site_db))
    assert "1 条，见于 1 份文件" in ran.stdout
    assert "/d/he-2022-zhiye-jineng-peixun/part_5__cl_13__para_2" in ran.stdout


def test_search_as_json_is_what_the_site_shows(site_db):
    answer = json.loads(run("search", "马兰花", "--json", "--db", str(site_db)).stdout)
    assert answer["total"] == len(answer["hits"]) > 0


@pytest.mark.parametrize(
    "arguments, key",
    [(["themes"], "themes"), (["themes", "funding"], "provinces"), (["indicators"], "concepts"), (["agencies"], "agencies"),
     (["agencies", "hrss"], "roles")],
)  # fmt: skip
def test_facts_as_json_are_what_the_pages_show(site_db, arguments, key):
    found = json.loads(run(*arguments, "--json", "--db", str(site_db)).stdout)
    assert (found[0] if isinstance(found, list) else found)[key]


def test_where_the_tagger_disagrees_with_the_curator_is_listed():
    found = json.loads(run("themes", "--disagreements", "--json").stdout)
    assert found and all(unit["only_curator"] or unit["only_model"] for unit in found)


def test_facts_of_a_provision(site_db):
    facts = json.loads(run("facts", "sx-2019-jineng-tisheng__part_2__cl_5", "--db", str(site_db)).stdout)
    assert [figure["value"] for figure in facts["figures"]] == [15] and facts["duties"][0]["agency_printed"] == "省人社厅"


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["themes", "nope"], "kb themes lists them"),
        (["agencies", "nope"], "kb agencies lists them"),
        (["facts", "nope"], "no such provision"),
        (["search", "甲", "--db", "/nowhere/kb.db"], "run kb build first"),
        (["build", "/nowhere"], "no such folder"),
        (["check", "/nowhere"], "no such folder"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, says, site_db):
    if arguments[0] in ("themes", "agencies", "facts"):
        arguments = [*arguments, "--db", str(site_db)]
    ran = run(*arguments)
    assert (ran.exit_code, ran.stdout, ran.stderr.count("\n")) == (2, "", 1) and says in ran.stderr


@pytest.mark.parametrize("name", sorted(kb.commands))
def test_command_is_explained_in_the_readme_and_by_help(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"scripts/kb {name}" in readme
    assert run(name, "--help").stdout.startswith(f"Usage: kb {name}")


def test_scripts_are_short_and_strict():
    for script in (path for path in (ROOT / "scripts").iterdir() if path.is_file() and path.suffix == ""):
        text = script.read_text(encoding="utf-8")
        assert "set -euo pipefail" in text and len(text.splitlines()) < 30, script.name


def test_no_machine_path_or_registry_host_in_the_locks():
    for lock in ROOT.glob("requirements*.lock"):
        assert not re.search(r"(?:https?://|file:|--index-url|--find-links)", Path(lock).read_text()), lock.name
