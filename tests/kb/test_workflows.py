"""The workflows: the commands of a contributor, actions that cannot change, and no more rights than each job needs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PINNED = re.compile(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
ACTIONS = {  # verified in several public repositories that name tag and digest together
    "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
    "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0",
    "actions/cache/restore@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0",
    "actions/cache/save@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0",
    "actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0",
    "actions/download-artifact@37930b1c2abaa49bbe596cd826c3c89aef350131 # v7.0.0",
}


@pytest.fixture(scope="module")
def texts(project):
    return {path.stem: path.read_text() for path in (project / ".github/workflows").iterdir()}


@pytest.fixture(scope="module")
def workflows(texts):
    return {name: yaml.load(text, yaml.BaseLoader) for name, text in texts.items()}  # `on` stays a word


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def zizmor(project, folder):
    """What zizmor finds without the network, at its strictest."""
    program = Path(sys.executable).with_name("zizmor")
    environment = {name: value for name, value in os.environ.items() if name not in ("GH_TOKEN", "GITHUB_TOKEN")}
    return subprocess.run(
        [program, "--offline", "--no-progress", "--persona=auditor", folder],
        cwd=project, capture_output=True, text=True, env=environment,
    )  # fmt: skip


def test_zizmor_finds_nothing(project):
    done = zizmor(project, ".github")
    assert (done.returncode, done.stdout.strip()) == (0, "No findings to report. Good job!"), done.stdout


def test_zizmor_would_find_something(project, tmp_path):
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    text = (project / ".github/workflows/pull-request.yml").read_text()
    (folder / "worse.yml").write_text(text.replace("  pull_request:\n", "  pull_request_target:\n"))
    done = zizmor(project, tmp_path / ".github")
    assert done.returncode > 0
    assert "error[dangerous-triggers]" in done.stdout


def test_there_are_three(workflows):
    assert sorted(workflows) == ["main", "newest", "pull-request"]


def test_every_action_is_pinned_by_its_digest_with_the_version_beside_it(texts):
    used = re.findall(r"uses: (.*)", "\n".join(texts.values()))
    assert [action for action in used if not PINNED.fullmatch(action)] == []
    assert set(used) == ACTIONS


def test_a_pull_request_has_no_secret_and_a_token_that_only_reads(texts, workflows):
    assert workflows["pull-request"]["on"] == {"pull_request": ""}
    assert {name: workflow["permissions"] for name, workflow in workflows.items()} == {name: {} for name in workflows}
    assert [job["permissions"] for job in workflows["pull-request"]["jobs"].values()] == [{"contents": "read"}]
    assert "secrets" not in "".join(texts.values())


def test_a_pull_request_reads_the_runs_of_main_and_only_main_saves_any(workflows):
    saves = {
        name: [step for step in steps(w) if "actions/cache/save@" in step.get("uses", "")]
        for name, w in workflows.items()
    }
    assert {name: [step["if"] for step in found] for name, found in saves.items()} == {
        "main": ["github.ref == 'refs/heads/main' && !cancelled()"], "newest": [], "pull-request": [],
    }  # fmt: skip
    restores = [step["with"] for w in workflows.values() for step in steps(w) if "/restore@" in step.get("uses", "")]
    assert [each["path"] for each in restores] == [".cache/runs"] * 3


def test_whoever_may_write_runs_nothing_of_the_repository(workflows):
    writing = [job for w in workflows.values() for job in w["jobs"].values() if "write" in job["permissions"].values()]
    assert [job["permissions"] for job in writing] == [{"contents": "write"}] * 2
    for job in writing:
        assert all("checkout" not in step.get("uses", "") for step in job["steps"])
        assert not re.search(r"kb|\.ci|python", "".join(step.get("run", "") for step in job["steps"]))


def test_no_step_puts_what_others_name_into_its_program(workflows):
    assert [step["run"] for w in workflows.values() for step in steps(w) if "${{" in step.get("run", "")] == []


def test_the_commands_are_those_of_a_contributor(workflows):
    ours = re.compile(r"(?:bash \.ci/\w+|\./kb \w+)(?: [\w^-]+)*")
    commands = {
        name: ours.findall("\n".join(step.get("run", "") for step in steps(w))) for name, w in workflows.items()
    }
    assert commands == {
        "pull-request": ["bash .ci/run", "./kb diff HEAD^1 --markdown"],
        "main": ["bash .ci/run"],
        "newest": ["./kb lock --upgrade", "./kb run", "./kb check", "./kb test", "./kb diff HEAD --markdown"],
    }


def test_the_site_is_pushed_as_the_one_commit_of_its_branch(workflows, tmp_path):
    """The step itself, with a folder in the place of the host."""
    (step,) = [step for step in workflows["main"]["jobs"]["publish"]["steps"] if "run" in step]
    host, site = tmp_path / "host", tmp_path / "site"
    subprocess.run(["git", "init", "--quiet", "--bare", host / "owner/repo.git"], check=True)
    environment = {
        "GITHUB_ACTOR": "someone", "GITHUB_SHA": "abc", "GITHUB_SERVER_URL": f"file://{host}",
        "GITHUB_REPOSITORY": "owner/repo", "TOKEN": "t", "PATH": os.environ["PATH"], "HOME": str(tmp_path),
    }  # fmt: skip
    for page in ("one", "two"):
        subprocess.run(["rm", "-rf", site], check=True)
        (site / "lab/x").mkdir(parents=True)
        (site / "lab/x/x.ipynb").write_text(page)
        subprocess.run(["bash", "-e", "-c", step["run"]], cwd=site, env=environment, check=True)
    git = ["git", "-C", host / "owner/repo.git"]
    assert subprocess.check_output([*git, "log", "--format=%s", "gh-pages"], text=True) == "The site of abc\n"
    assert subprocess.check_output([*git, "show", "gh-pages:lab/x/x.ipynb"], text=True) == "two"
    assert subprocess.check_output([*git, "ls-tree", "--name-only", "gh-pages"], text=True) == ".nojekyll\nlab\n"
