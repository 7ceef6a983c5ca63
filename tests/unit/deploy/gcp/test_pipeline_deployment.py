"""From pushed images to traffic."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from tests.unit.deploy.gcp.conftest import Step


NOW = {"status": {"url": "https://service-1.a.run.app", "traffic": [{"revisionName": "textops-api-1", "percent": 100}]}}


def test_before_there_is_a_model_nothing_is_deployed(step: "Step") -> None:
    step.answer("gcloud", "exit 1")

    done = step.run("model")
    pushed = step.run("model", UNTIL="push")

    assert done.returncode == 1
    assert "holds no model: train one" in done.stderr
    assert pushed.returncode == 0
    assert not list((step.workspace / "registry").iterdir())


def test_the_whole_deployment_keeps_traffic_until_the_end(step: "Step") -> None:
    step.answer(
        "gcloud", f'case "$*" in *describe*) echo {shlex.quote(json.dumps(NOW))};; *secrets*) echo key-1,key-2;; esac'
    )

    for name in ("addresses", "render", "candidate"):
        done = step.run(name)
        assert done.returncode == 0, done.stderr
    deployed = yaml.safe_load((step.workspace / "api.yaml").read_text(encoding="utf-8"))
    before = [words for words in step.asked if "update-traffic" in words]
    traffic = step.run("traffic")

    assert deployed["spec"]["traffic"] == [
        {"revisionName": "textops-api-1", "percent": 100},
        {"revisionName": "textops-api-c0123456-fedc", "tag": "candidate"},
    ]
    assert before == []
    assert traffic.returncode == 0, traffic.stderr
    (moved,) = [words for words in step.asked if "update-traffic" in words]
    assert "--to-revisions=textops-api-c0123456-fedc=100" in moved
    assert (step.workspace / ".api-keys").stat().st_mode & 0o077 == 0


def test_the_revision_without_traffic_is_asked_with_the_first_key(step: "Step") -> None:
    (step.workspace / "textops-api.json").write_text(json.dumps(NOW), encoding="utf-8")
    (step.workspace / ".api-keys").write_text("key-1,key-2\n", encoding="utf-8")
    step.answer(
        "python",
        f'case "$*" in *revision*) exec {sys.executable} "$@";; esac\necho "$TEXTOPS_API_KEY $TEXTOPS_TEST_ADDRESS"',
    )

    done = step.run("check")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "key-1 https://candidate---service-1.a.run.app"
    assert step.asked[2][1:6] == ["-m", "invoke", "loadtest", "--host", "https://candidate---service-1.a.run.app"]


def test_tests_that_fail_leave_the_traffic_where_it_is(step: "Step") -> None:
    (step.workspace / "textops-api.json").write_text(json.dumps(NOW), encoding="utf-8")
    (step.workspace / ".api-keys").write_text("key-1\n", encoding="utf-8")
    step.answer("python", f'case "$*" in *revision*) exec {sys.executable} "$@";; *pytest*) exit 1;; esac')

    assert step.run("check").returncode == 1
    assert not [words for words in step.asked if "loadtest" in words]


@pytest.mark.parametrize("name", ["addresses", "render", "candidate", "check", "traffic"])
def test_without_deployment_its_steps_do_nothing(step: "Step", name: str) -> None:
    assert step.run(name, UNTIL="push").returncode == 0
    assert step.asked == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud checks its own command lines where it is installed")
def test_gcloud_knows_every_command_and_option(step: "Step") -> None:
    (step.workspace / "registry").mkdir()
    step.answer("gcloud", f'case "$*" in *describe*) echo {shlex.quote(json.dumps(NOW))};; esac')
    for name in ("model", "addresses", "render", "candidate", "traffic"):
        assert step.run(name).returncode == 0
    step.run("scan", "api")
    lines = sorted({shlex.join(words) for words in step.asked if words[0] == "gcloud"})

    assert len(lines) >= 10
    assert _faults(lines, step.workspace / "lines.json") == {}
    assert _faults(["gcloud run services describe x --no-such-option"], step.workspace / "wrong.json") != {}


def _faults(lines: list[str], path: Path) -> dict[str, str]:
    listed = [{"command_string": line, "id": index} for index, line in enumerate(lines)]
    path.write_text(json.dumps(listed), encoding="utf-8")
    judged = subprocess.run(
        ["/usr/bin/env", "gcloud", "meta", "lint-gcloud-commands", f"--commands-file={path}"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    verdicts = json.loads(judged.stdout)
    assert len(verdicts) == len(lines)
    return {each["command_string"]: each["error_message"] for each in verdicts if not each["success"]}
