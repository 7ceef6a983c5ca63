"""The build, and how its images are judged."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.gcp.configuration import FOLDER, CloudConfiguration

ROOT = FOLDER.parents[1]
if TYPE_CHECKING:
    from tests.unit.deploy.gcp.conftest import Step

BUILD = yaml.safe_load((FOLDER / "cloudbuild.yaml").read_text(encoding="utf-8"))


def serving(health: int, ready: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(ready if self.path == "/ready" else health)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def healthy() -> Iterator[str]:
    server = serving(200, 200)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def without_model() -> Iterator[str]:
    server = serving(200, 503)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_image_is_built_scanned_and_pushed() -> None:
    steps = {each["id"]: each for each in BUILD["steps"]}
    images = ("api", "drift", "frontend", "train", "evaluate")

    for image in images:
        assert steps[f"build-{image}"]["waitFor"] == ["builder"]  # side by side
        assert steps[f"scan-{image}"]["waitFor"] == [f"build-{image}"]
    assert steps["push"]["args"][1:] == list(images)
    assert set(steps["push"]["waitFor"]) == {*(f"scan-{image}" for image in images), "smoke"}


def test_each_step_waits_for_all_that_must_hold_before() -> None:
    after = {each["id"]: each["waitFor"] for each in BUILD["steps"]}
    order = ["traffic", "check", "candidate", "render", "addresses", "push"]

    for later, earlier in pairwise(order):
        assert earlier in after[later]


def test_every_script_that_is_named_is_there() -> None:
    named = {each["args"][0] for each in BUILD["steps"] if each.get("entrypoint") == "sh"}

    assert {f"deploy/gcp/pipeline/{path.name}" for path in (FOLDER / "pipeline").glob("*.sh")} == named


def test_the_build_asks_for_exactly_what_the_configuration_gives() -> None:
    # Cloud Build refuses a build that is given more than it asks for.
    given = CloudConfiguration(project="some-project", region="europe-west1").substitutions()
    environment = dict(line.split("=", 1) for line in BUILD["options"]["env"])

    asked = {value for value in environment.values() if value.startswith("$_")}
    assert asked == {f"${name}" for name in given} | {"$_UNTIL"}


def test_an_image_is_built_with_version_commit_and_cache(step: "Step") -> None:
    done = step.run("image", "train", "train,serve,gcp")

    assert done.returncode == 0, done.stderr
    (asked,) = step.asked
    assert "dockerfiles/train.dockerfile" in asked
    assert "EXTRAS=train,serve,gcp" in asked
    assert "COMMIT=0123456789abcdef0123456789abcdef01234567" in asked
    assert [word for word in asked if word.startswith("VERSION=")] != ["VERSION="]
    assert (
        "type=registry,ref=europe-west1-docker.pkg.dev/some-project/textops/cache:train,mode=max,image-manifest=true"
        in asked
    )


def test_the_image_for_gpus_is_of_the_same_file(step: "Step") -> None:
    step.run("image", "train-cuda", "train,serve,gcp", "cu130")

    assert "dockerfiles/train.dockerfile" in step.asked[0]
    assert "TORCH_BACKEND=cu130" in step.asked[0]


def test_a_check_writes_nothing_to_the_registry(step: "Step") -> None:
    step.run("image", "api", UNTIL="check")
    step.run("push", "api", UNTIL="check")

    assert len(step.asked) == 1
    assert "--cache-to" not in step.asked[0]


def test_a_build_without_a_commit_says_how_to_start_it(step: "Step") -> None:
    done = step.run("image", "api", COMMIT="")

    assert done.returncode != 0
    assert "--substitutions=COMMIT_SHA=" in done.stderr
    assert step.asked == []


@pytest.mark.parametrize("fault", ["CRITICAL False CVE-1", "CRITICAL True CVE-1", "HIGH True CVE-2"])
def test_a_severe_fault_keeps_an_image_back(step: "Step", fault: str) -> None:
    step.answer(
        "gcloud", f'case "$*" in *list-vulnerabilities*) printf "LOW True CVE-0\\n{fault}\\n";; *) echo scan-1;; esac'
    )

    done = step.run("scan", "api")

    assert done.returncode == 1
    assert fault in done.stderr
    assert "scan-1" in step.asked[1]


def test_small_faults_and_those_without_a_remedy_do_not(step: "Step") -> None:
    step.answer(
        "gcloud", 'case "$*" in *list-vul*) printf "LOW True CVE-0\\nHIGH False CVE-3\\n";; *) echo scan-1;; esac'
    )

    done = step.run("scan", "api")

    assert (done.returncode, done.stdout) == (0, "api: 2 known faults\n")


def test_an_image_without_faults_passes(step: "Step") -> None:
    step.answer("gcloud", 'case "$*" in *list-vul*) ;; *) echo scan-1;; esac')

    assert step.run("scan", "api").returncode == 0


def test_a_scan_that_fails_fails_the_build(step: "Step") -> None:
    step.answer("gcloud", "exit 1")

    assert step.run("scan", "api").returncode != 0


def test_an_image_that_answers_passes(step: "Step", healthy: str) -> None:
    (step.workspace / "registry/news").mkdir(parents=True)
    step.answer("docker", 'case "$1" in inspect) echo 0;; esac')

    done = step.run("smoke", ADDRESS=healthy)

    assert done.returncode == 0, done.stderr
    assert "/ready says 200" in done.stdout
    created = step.asked[0]
    assert {"--read-only", "--cap-drop"} <= set(created)


def test_without_a_model_it_must_say_that_it_is_not_ready(step: "Step", without_model: str) -> None:
    (step.workspace / "registry").mkdir()
    step.answer("docker", 'case "$1" in inspect) echo 0;; esac')

    done = step.run("smoke", ADDRESS=without_model)

    assert done.returncode == 0, done.stderr
    assert "/ready says 503" in done.stdout


def test_an_image_that_is_not_ready_with_a_model_fails_and_shows_its_log(step: "Step", without_model: str) -> None:
    (step.workspace / "registry/news").mkdir(parents=True)
    step.answer("docker", 'case "$1" in logs) echo "nothing to serve" ;; esac')

    done = step.run("smoke", ADDRESS=without_model, ATTEMPTS="2")

    assert done.returncode == 1
    assert "/ready says 503 and not 200" in done.stderr
    assert "nothing to serve" in done.stderr


def test_an_image_that_does_not_end_in_order_fails(step: "Step", healthy: str) -> None:
    (step.workspace / "registry/news").mkdir(parents=True)
    step.answer("docker", 'case "$1" in inspect) echo 137;; esac')

    done = step.run("smoke", ADDRESS=healthy)

    assert done.returncode == 1
    assert "ended with 137 on SIGTERM" in done.stderr
