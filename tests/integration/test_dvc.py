"""Versions of data, and the pipeline: DVC's own commands in a copy of the project, with a bucket of an emulator."""

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_coverage")]

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("prepare", "train", "evaluate", "optimize")
FIRST = "text,label\ngood,yes\nbad,no\n"
SECOND = FIRST + "fine,yes\n"
PUSHED, FORBIDDEN = "1 file pushed", "ann@example.com does not have storage.objects.list access"


class Project:
    """A checkout, and commands that somebody without settings of her own types in it.

    Attributes:
        folder: Where it lies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of this environment."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "TEXTOPS_GCP_"))}
        ours |= {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            # The copy's code is tested, and no other that may be installed.
            "PYTHONPATH": f"{self.folder / 'src'}:{self.folder}",
            "HOME": str(self.folder.parent),
            # Otherwise gcsfs asks another host whether the bucket has folders, and waits for its answer.
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",
        }
        return subprocess.run(
            command, cwd=self.folder, env=ours | variables, capture_output=True, text=True, timeout=400, check=False
        )

    def done(self, *command: str, **variables: str) -> str:
        """Run a program that must not fail, and return what it wrote."""
        result = self(*command, **variables)
        assert result.returncode == 0, f"{command}: {result.stdout}\n{result.stderr}"
        return result.stdout

    def task(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a task of automation/data_versions.py."""
        where = ("--search-root", "automation", "--collection", "data_versions")
        return self(sys.executable, "-m", "invoke", *where, *arguments, **variables)

    def use_bucket(self, address: str, name: str) -> None:
        """Let the remote be a bucket of an emulator."""
        # As `dvc remote add --local` and two times `dvc remote modify --local` write it.
        url = f"gs://{name}/{self.folder.parent.name}"
        content = [f"url = {url}", f"endpointurl = {address}", "allow_anonymous_login = true"]
        written = "\n    ".join(["['remote \"data-bucket\"']", *content])
        (self.folder / ".dvc" / "config.local").write_text(f"{written}\n")

    def commit(self, text: str) -> None:
        self.done("git", "add", "--all")
        self.done("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet", "-m", text)

    def keep_version(self, content: str, tag: str) -> None:
        """Add a version of the raw data, as somebody does who has got new ones."""
        path = self.folder / "data" / "raw" / "reviews.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(content)
        self.done("dvc", "add", "--quiet", "data/raw/reviews.csv")
        self.commit(tag)
        self.done("git", "tag", tag)

    @property
    def reviews(self) -> str:
        return (self.folder / "data" / "raw" / "reviews.csv").read_text()

    def lock(self) -> dict[str, Any]:
        """Return what dvc.lock says of each stage."""
        stages: dict[str, Any] = yaml.safe_load((self.folder / "dvc.lock").read_text())["stages"]
        return stages


def copied(folder: Path) -> Project:
    """Put what Git knows of this project into a repository of its own, without any data."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 (the Git of the machine)
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    project = Project(folder)
    project.done("git", "init", "--quiet")
    project.commit("all")
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A checkout that the test may change."""
    return copied(tmp_path / "project")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout that stays as it is."""
    return copied(tmp_path_factory.mktemp("checkout") / "project")


def test_the_lock_fits_code_and_settings_without_any_data(checkout: Project) -> None:
    # when
    told = checkout.done("dvc", "repro", "--dry", "--allow-missing")
    checked = checkout.task("check")
    # then
    assert [f"Stage '{stage}' didn't change, skipping" in told for stage in STAGES] == [True] * len(STAGES), told
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("path", "old", "new", "stage"),
    [
        ("configs/data/bbc_news.yaml", "folder", "file", "prepare"),
        ("src/textops/data/split.py", '"""', '"""Another. ', "prepare"),
        ("configs/model/ngram.yaml", "longest: 5", "longest: 4", "train"),
        ("configs/config.yaml", "parts: 4", "parts: 3", "evaluate"),
        ("configs/optimization/default.yaml", "sparsity: 0.8", "sparsity: 0.7", "optimize"),
        ("dvc.yaml", "onnx_int8,pruned,", "pruned,", "optimize"),
    ],
)
def test_a_change_that_the_lock_does_not_know_is_told(
    checkout: Project, path: str, old: str, new: str, stage: str
) -> None:
    # given
    file = checkout.folder / path
    content = file.read_text()
    assert old in content
    file.write_text(content.replace(old, new, 1))
    # when
    checked = checkout.task("check")
    file.write_text(content)
    # then
    (line,) = checked.stderr.splitlines()
    assert checked.returncode == 2
    assert line == f"stage {stage} is not what dvc.lock says: `invoke data.repro` and commit dvc.lock"


def push_two_versions(project: Project, emulator: str) -> None:
    """Keep the first and the second content as v1 and v2, and bring both into a bucket."""
    project.use_bucket(emulator, "models")
    for content, tag in ((FIRST, "v1"), (SECOND, "v2")):
        project.keep_version(content, tag)
        assert PUSHED in project.done("dvc", "push", "data/raw/reviews.csv")


def test_two_versions_come_back_from_the_bucket(project: Project, emulator: str, tmp_path: Path) -> None:
    # given: two versions, pushed by one who has them
    push_two_versions(project, emulator)
    # when: another clones and pulls
    project.done("git", "clone", "--quiet", str(project.folder), str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone")
    assert not (clone.folder / "data" / "raw" / "reviews.csv").exists()
    clone.use_bucket(emulator, "models")
    clone.done("dvc", "pull", "data/raw/reviews.csv")
    second = clone.reviews
    clone.done("git", "checkout", "--quiet", "v1")
    clone.done("dvc", "pull", "data/raw/reviews.csv")
    first = clone.reviews
    # then: both are what they were
    assert (first, second) == (FIRST, SECOND)
    # and go back and forth without the bucket
    clone.done("git", "checkout", "--quiet", "v2")
    clone.done("dvc", "checkout", "data/raw/reviews.csv")
    assert clone.reviews == SECOND
    # and DVC tells what is between them
    told = json.loads(clone.done("dvc", "diff", "--json", "v1", "v2"))
    assert [part["path"] for part in told["modified"]] == ["data/raw/reviews.csv"]
    # and Git never had them
    names = clone.done("git", "ls-tree", "-r", "--name-only", "v2").splitlines()
    assert "data/raw/reviews.csv.dvc" in names
    assert "data/raw/reviews.csv" not in names


def test_a_report_gets_what_the_data_were_before_from_the_bucket(
    project: Project, emulator: str, tmp_path: Path
) -> None:
    # given: a version on the branch that is merged into, another after it, and one who has the second
    push_two_versions(project, emulator)
    project.done("git", "clone", "--quiet", str(project.folder), str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone")
    clone.use_bucket(emulator, "models")
    clone.done("dvc", "pull", "data/raw/reviews.csv")
    output = clone.folder / "report" / "reviews.csv"
    what = ("before", "--path=data/raw/reviews.csv", f"--output={output}")
    # when
    fetched = clone.task(*what)
    # then
    assert (fetched.returncode, fetched.stderr) == (0, "")
    assert output.read_text() == FIRST
    assert clone.reviews == SECOND
    # and where the commit knows nothing of it, there is nothing to compare with
    output.unlink()
    none = clone.task(*what, "--revision=HEAD~2")
    assert none.returncode == 0, none.stderr
    assert "HEAD~2 has no data/raw/reviews.csv" in none.stdout
    assert not output.exists()
    # and a commit that nobody has is an error
    unknown = clone.task(*what, "--revision=nowhere")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)


def test_a_task_takes_the_bucket_from_the_configuration_of_the_cloud(project: Project) -> None:
    # when
    unset = project.task("remote")
    wrong = project.task("remote", TEXTOPS_GCP_PROJECT="No Project")
    right = [project.task("remote", TEXTOPS_GCP_PROJECT="someones-project") for _ in range(2)]
    # then
    assert (unset.returncode, wrong.returncode, *(each.returncode for each in right)) == (2, 2, 0, 0)
    assert "TEXTOPS_GCP_PROJECT" in unset.stderr
    assert "No Project" in wrong.stderr
    assert [len(refused.stderr.splitlines()) for refused in (unset, wrong)] == [1, 1]
    listed = project.done("dvc", "remote", "list")
    assert "gs://someones-project-textops-data" in listed
    # and nothing of it is Git's
    assert project.done("git", "status", "--porcelain") == ""


class _Refusing(http.server.BaseHTTPRequestHandler):
    """Refuses everything, in the words of Cloud Storage."""

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"error": {"code": 403, "message": FORBIDDEN, "errors": [{"reason": "forbidden"}]}}).encode()
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _refuse  # noqa: N815 (names of http.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name of http.server)
        """Stay quiet."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """Address of a store that lets nobody in."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_what_is_wrong_with_the_bucket_is_told_in_one_line(project: Project, emulator: str, refusing: str) -> None:
    # given
    project.keep_version(FIRST, "v1")
    told = {}
    # when
    told["no bucket is known here: `invoke data.remote`"] = project.task("push")
    project.use_bucket(emulator, "nowhere")
    told["there is no such bucket: `invoke gcp.bootstrap` makes it"] = project.task("push")
    project.use_bucket(refusing, "models")
    told["no permission for the bucket: whoever is logged in needs"] = project.task("push")
    project.use_bucket(emulator, "models")
    shutil.rmtree(project.folder / ".dvc" / "cache")
    (project.folder / "data" / "raw" / "reviews.csv").unlink()
    told["the bucket does not hold all files of this version"] = project.task("pull")
    # then
    for meaning, result in told.items():
        assert result.returncode == 2
        assert result.stderr.startswith(f"dvc: {meaning}"), result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_data_are_made_as_the_lock_says_and_a_training_repeats_itself(project: Project) -> None:
    # given: what carries the moment it was made differs each time
    with_moment = {"data/processed/bbc_news/dataset.json", "outputs/pipeline/run/run.json"}
    expected = project.lock()
    # when
    project.done("dvc", "repro", "--force", "--single-item", "prepare")
    model = project.folder / "configs" / "model" / "ngram.yaml"
    content = model.read_text()
    shorter = re.sub(r"^max_epochs: \d+", "max_epochs: 2", content, flags=re.MULTILINE)
    assert shorter != content
    model.write_text(shorter)
    project.done("dvc", "repro", "--force", "--single-item", "train")
    first = project.lock()
    project.done("dvc", "repro", "--force", "--single-item", "train")
    again = project.lock()
    # then

    def hashes(lock: dict[str, Any], stage: str) -> dict[str, str]:
        return {out["path"]: out["md5"] for out in lock[stage]["outs"] if out["path"] not in with_moment}

    assert hashes(first, "prepare") == hashes(expected, "prepare")
    assert hashes(again, "train") == hashes(first, "train")
    assert len(hashes(again, "train")) == 4
    assert (project.folder / "outputs" / "pipeline" / "latest").resolve().name == "run"
    assert not (project.folder / "models").exists()
