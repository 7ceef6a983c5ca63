import copy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.gcp import validation
from deploy.gcp.checked_files import CheckedFile, checked_files
from deploy.gcp.configuration import FOLDER, read_configuration
from deploy.gcp.discovery_schema import strict_schema
from deploy.gcp.validation import text_of, validate, validate_all

FILES = {file.path.relative_to(FOLDER).as_posix(): file for file in checked_files()}
# Their keys are people's own.
FREE = {"labels", "annotations", "limits", "volumeAttributes", "substitutions"}
WRONG = {"wrong": [1]}
# Places of words that Google chose: file, path, and a word that is none.
ENUMS = [
    ("cloudbuild.yaml", ("options", "machineType")),
    ("cloudbuild.yaml", ("options", "logging")),
    ("training/gpu.yaml", ("workerPoolSpecs", 0, "machineSpec", "acceleratorType")),
    ("training/search.yaml", ("studySpec", "metrics", 0, "goal")),
    ("training/search.yaml", ("studySpec", "parameters", 0, "scaleType")),
    ("monitoring/dashboard.yaml", ("mosaicLayout", "tiles", 0, "widget", "xyChart", "dataSets", 0, "plotType")),
    ("monitoring/api_metrics.yaml", ("kind",)),
    ("monitoring/drift_metrics.yaml", ("spec", "targetLabels", "metadata", 0)),
]
Place = tuple[str | int, ...]
Content = Any  # of a YAML file


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest) -> CheckedFile:
    return FILES[request.param]


def content_of(file: CheckedFile) -> Content:
    return yaml.safe_load(text_of(file))


def places(content: Content, place: Place = ()) -> Iterator[tuple[Place, Content]]:
    yield place, content
    if isinstance(content, dict):
        for key, value in content.items():
            yield from places(value, (*place, key))
    if isinstance(content, list):
        for index, value in enumerate(content):
            yield from places(value, (*place, index))


def put(content: Content, place: Place, value: Content) -> Content:
    if not place:
        return value
    changed = copy.deepcopy(content)
    inside = changed
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    return changed


def test_every_file_is_accepted() -> None:
    assert [str(problem) for problem in validate_all()] == []


def test_an_unknown_field_is_refused_wherever_it_stands(file: CheckedFile) -> None:
    content = content_of(file)
    tried = [place for place, value in places(content) if isinstance(value, dict) and not (place and place[-1] in FREE)]

    accepted = [place for place in tried if not list(file.check(put(content, (*place, "noSuchField"), 1)))]

    assert tried
    assert accepted == []


def test_a_wrong_type_is_refused_wherever_it_stands(file: CheckedFile) -> None:
    content = content_of(file)
    tried = [place for place, _ in places(content) if place]

    accepted = [
        place
        for place in tried
        if not list(file.check(put(content, place, "wrong" if _nested(content, place) else WRONG)))
    ]

    assert tried
    assert accepted == []


def _nested(content: Content, place: Place) -> bool:
    for step in place:
        content = content[step]
    return isinstance(content, dict | list)


@pytest.mark.parametrize(("name", "place"), ENUMS)
def test_a_word_that_google_does_not_know_is_refused(name: str, place: Place) -> None:
    file = FILES[name]
    content = content_of(file)

    assert list(file.check(put(content, place, "NO_SUCH_WORD")))


def test_a_text_where_a_number_must_be_is_refused() -> None:
    file = FILES["services/api.yaml"]
    content = content_of(file)

    problems = list(file.check(put(content, ("spec", "template", "spec", "containerConcurrency"), "many")))

    assert problems == ["$.spec.template.spec.containerConcurrency: 'many' is not of type 'integer'"]


def test_nothing_is_left_to_fill_in(file: CheckedFile) -> None:
    if file.filled:
        assert "${" not in text_of(file)


def test_a_file_is_the_cloud_of_whom_the_configuration_says(file: CheckedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    text = text_of(file)
    other = validation.SOMEBODY.model_copy(update={"project": "another-project"})
    monkeypatch.setattr(validation, "SOMEBODY", other)

    assert text_of(file).replace("another-project", "some-project") == text


@pytest.mark.parametrize(
    "line",
    [
        "image: europe-west1-docker.pkg.dev/ann/textops/api:1",
        "bucket: gs://anns-models",
        "serviceAccount: api@ann-123.iam.gserviceaccount.com",
        "name: projects/ann-123/secrets/key",
    ],
)
def test_a_concrete_name_in_a_file_is_told(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "FOLDER", tmp_path)
    path = tmp_path / "service.yaml"
    path.write_text(f"{line}\n", encoding="utf-8")

    problems = validate(CheckedFile(path, "nobody", lambda _content: iter(())))

    assert "configuration.yaml" in problems[0].message


def test_a_file_that_nobody_checks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "FOLDER", tmp_path)
    monkeypatch.setattr(validation, "checked_files", tuple)
    (tmp_path / "job.yaml").write_text("kind: Job\n", encoding="utf-8")

    assert [str(problem) for problem in validate_all()] == [
        "deploy/gcp/job.yaml: nobody checks this file: name who does in deploy/gcp/checked_files.py"
    ]


def test_a_variable_that_nothing_gives_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "FOLDER", tmp_path)
    path = tmp_path / "service.yaml"
    path.write_text("name: ${nobody}\n", encoding="utf-8")

    problems = validate(CheckedFile(path, "nobody", lambda _content: iter(())))

    assert [problem.message for problem in problems] == ["service.yaml asks for ${nobody}, which nothing gives"]


@pytest.mark.parametrize("name", ["cloudbuild.yaml", "cloudbuild_cuda.yaml"])
def test_a_build_fits_the_public_schema_too(name: str) -> None:
    program = shutil.which("check-jsonschema", path=str(Path(sys.executable).parent)) or "check-jsonschema"

    checked = subprocess.run(
        [program, "--builtin-schema", "vendor.cloudbuild", str(FOLDER / name)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_numbers_of_64_bits_may_be_text() -> None:
    schema = strict_schema("run.v1", "TaskSpec")["$defs"]["TaskSpec"]

    assert {"type": "integer"} in schema["properties"]["timeoutSeconds"]["anyOf"]


def test_the_configuration_as_it_is_shipped_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_GCP_PROJECT", "some-project")

    configuration = read_configuration()

    assert configuration.project == "some-project"
    assert configuration.database is None
