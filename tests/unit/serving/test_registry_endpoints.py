"""What the API tells of the registry."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from textops.bundle import CARD_FILE, MANIFEST_FILE
from textops.bundle_report import REPORT_FILE
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.problems import ProblemError
from textops.serving.registry_endpoints import RegistryReader
from textops.serving.registry_schemas import ModelList, ModelVersions, VersionDetail
from textops.serving.schemas import Problem
from textops.serving.settings import ServingSettings

if TYPE_CHECKING:
    from tests.conftest import AddReport, BundleFactory


@pytest.fixture
def registry(tmp_path: Path, make_bundle: "BundleFactory", add_report: "AddReport") -> Registry:
    """Three versions of `tiny`, the first in production and without report, the second in staging; another model."""
    registry = Registry(tmp_path / "registry")
    for number in (1, 2, 3):
        bundle = make_bundle(tmp_path / f"bundle-{number}", points=float(number))
        if number > 1:
            add_report(bundle)
        version = registry.register(bundle)
        if number < 3:
            registry.point(version, ("production", "staging")[number - 1], after=None, reason="because")
    registry.register(make_bundle(tmp_path / "other", name="other"))
    return registry


@pytest.fixture
def client(registry: Registry) -> Iterator[TestClient]:
    with TestClient(create_app(ServingSettings(registry=str(registry.root), model="tiny@production"))) as client:
        yield client


def models_of(client: TestClient, query: str = "") -> dict[str, ModelVersions]:
    response = client.get(f"/models{query}")
    assert response.status_code == 200
    return {model.name: model for model in ModelList.model_validate(response.json()).models}


def detail_of(client: TestClient, path: str) -> VersionDetail:
    response = client.get(f"/models/{path}")
    assert response.status_code == 200
    return VersionDetail.model_validate(response.json())


def problem_of(client: TestClient, path: str, status: int, error: str) -> str:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert problem.error == error
    return problem.detail


def test_all_models_are_told_with_versions_aliases_and_moves(client: TestClient) -> None:
    # when
    models = models_of(client)
    # then
    assert list(models) == ["other", "tiny"]
    tiny = models["tiny"]
    assert tiny.total == 3
    assert [(version.version, version.aliases) for version in tiny.versions] == [
        (3, []),
        (2, ["staging"]),
        (1, ["production"]),
    ]
    facts = tiny.versions[0].facts
    assert facts is not None
    assert (facts.encoder, facts.variant, facts.classes) == ("ngram", "onnx_fp32", 2)
    assert facts.metrics["accuracy"].low == 0.85
    assert [(move.alias, move.version, move.previous, move.reason) for move in tiny.moves] == [
        ("staging", 2, None, "because"),
        ("production", 1, None, "because"),
    ]


def test_only_the_newest_are_told_and_what_has_an_alias(client: TestClient) -> None:
    tiny = models_of(client, "?newest=1")["tiny"]

    assert tiny.total == 3
    assert [version.version for version in tiny.versions] == [3, 2, 1]
    assert [version.version for version in models_of(client, "?newest=2")["tiny"].versions] == [3, 2, 1]


def test_what_has_no_alias_and_is_old_is_only_counted(client: TestClient, registry: Registry) -> None:
    # given
    version = registry.version("tiny", 3)
    for alias in ("production", "staging"):
        registry.point(version, alias, after=registry.alias("tiny", alias))
    # when
    tiny = models_of(client, "?newest=1")["tiny"]
    # then
    assert tiny.total == 3
    assert [version.version for version in tiny.versions] == [3]


@pytest.mark.parametrize("query", ["newest=0", "newest=501", "newest=-1", "newest=x", "newest=", "newest=1&newest=2"])
def test_a_strange_number_of_versions_is_refused(client: TestClient, query: str) -> None:
    assert "1 to 500" in problem_of(client, f"/models?{query}", 422, "invalid_parameter")


def test_a_version_is_told_with_card_report_and_moves(client: TestClient) -> None:
    # when
    detail = detail_of(client, "tiny/2")
    # then
    assert (detail.name, detail.version, detail.aliases) == ("tiny", 2, ["staging"])
    assert detail.classes == ["sport", "tech"]
    assert detail.card == "# tiny\n"
    assert detail.report is not None
    assert detail.report.model_bytes == 12_345_678
    assert detail.report_missing is None
    assert [move.alias for move in detail.moves] == ["staging"]


def test_a_version_without_report_says_why(client: TestClient) -> None:
    detail = detail_of(client, "tiny/1")

    assert detail.report is None
    assert "textops evaluate" in (detail.report_missing or "")


def test_a_version_that_lost_its_alias_tells_it(client: TestClient, registry: Registry) -> None:
    # given
    registry.point(registry.version("tiny", 2), "production", after=registry.alias("tiny", "production"))
    registry.rollback("tiny", "production", reason="it was worse")
    # when
    moves = detail_of(client, "tiny/2").moves
    # then
    assert [(move.alias, move.version, move.action) for move in moves] == [
        ("production", 1, "rollback"),
        ("production", 2, "promote"),
        ("staging", 2, "promote"),
    ]


@pytest.mark.parametrize("damage", ["broken", "missing"])
def test_a_damaged_version_is_named_and_hides_no_sound_one(client: TestClient, registry: Registry, damage: str) -> None:
    # given
    path = registry.version("tiny", 2).path / MANIFEST_FILE
    path.unlink() if damage == "missing" else path.write_text("{")
    # when
    third, second, first = models_of(client)["tiny"].versions
    # then
    assert second.facts is None
    assert second.damaged
    assert str(registry.root) not in second.damaged
    assert third.facts is not None
    assert first.facts is not None
    detail = problem_of(client, "/models/tiny/2", 409, "version_damaged")
    assert str(registry.root) not in detail


@pytest.mark.parametrize("file", [CARD_FILE, REPORT_FILE])
def test_an_altered_file_makes_a_version_damaged(client: TestClient, registry: Registry, file: str) -> None:
    (registry.version("tiny", 2).path / file).write_text("something else")

    assert f"{file} of tiny/2 was altered" in problem_of(client, "/models/tiny/2", 409, "version_damaged")


def test_a_damaged_log_is_told_and_hides_no_version(client: TestClient, registry: Registry) -> None:
    # given
    (Path(registry.root) / "tiny/events/00000002.json").write_text("{")
    # when
    tiny = models_of(client)["tiny"]
    # then
    assert "00000002.json is not valid" in (tiny.damaged or "")
    assert len(tiny.versions) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nobody/1", "there is no model nobody: there is other, tiny"),
        ("tiny/9", "tiny has no version 9: it has 3, 2, 1; its aliases are production (1), staging (2)"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(client: TestClient, path: str, said: str) -> None:
    assert problem_of(client, f"/models/{path}", 404, "unknown_model") == said


@pytest.mark.parametrize(
    "path",
    ["%2E%2E/1", ".hidden/1", "a%20name/1", "%3Cscript%3E/1", "tiny/0", "tiny/-1", "tiny/01", "tiny/latest"],
)
def test_strange_references_are_refused(client: TestClient, path: str) -> None:
    assert "1 to 128 letters" in problem_of(client, f"/models/{path}", 422, "invalid_reference")


def test_an_empty_registry_has_no_models(tmp_path: Path) -> None:
    with TestClient(create_app(ServingSettings(registry=str(tmp_path / "none")))) as client:
        assert models_of(client) == {}
        assert "there is none" in problem_of(client, "/models/tiny/1", 404, "unknown_model")


def test_a_registry_that_is_away_is_told_and_not_where_it_was(tmp_path: Path) -> None:
    # given: what was a folder is a file now
    (tmp_path / "registry").write_text("")
    with TestClient(create_app(ServingSettings(registry=str(tmp_path / "registry")))) as client:
        # then
        for path in ("/models", "/models/tiny/1"):
            detail = problem_of(client, path, 503, "registry_away")
            assert str(tmp_path) not in detail


def test_a_key_is_needed_where_keys_are(registry: Registry) -> None:
    with TestClient(create_app(ServingSettings(registry=str(registry.root), api_keys="secret"))) as client:
        for path in ("/models", "/models/tiny/1"):
            problem_of(client, path, 401, "key_missing")
            assert client.get(path, headers={"X-API-Key": "secret"}).status_code == 200


def test_the_model_that_answers_brings_its_examples(registry: Registry) -> None:
    def examples(reference: str) -> list[dict[str, str]]:
        settings = ServingSettings(registry=str(registry.root), model=reference)
        with TestClient(create_app(settings)) as client:
            offered: list[dict[str, str]] = client.get("/model").json()["examples"]
            return offered

    assert [example["label"] for example in examples("tiny@staging")] == ["sport", "tech"]
    assert examples("tiny@production") == []


def test_a_registry_that_does_not_answer_keeps_nobody_waiting_for_ever(tmp_path: Path) -> None:
    # given
    reader, hold = RegistryReader(str(tmp_path), 0.05), threading.Event()
    # when
    with pytest.raises(ProblemError) as refused:
        asyncio.run(reader.read(lambda _: hold.wait(10)))
    hold.set()
    # then
    assert (refused.value.status, refused.value.error) == (504, "timeout")


def test_more_than_can_wait_are_refused_at_once(tmp_path: Path) -> None:
    # given
    reader, hold = RegistryReader(str(tmp_path), 10), threading.Event()

    async def crowd() -> list[object]:
        asked = [asyncio.create_task(reader.read(lambda _: hold.wait(10))) for _ in range(40)]
        await asyncio.sleep(0)
        hold.set()
        return list(await asyncio.gather(*asked, return_exceptions=True))

    # when
    answers = asyncio.run(crowd())
    # then
    refused = [answer for answer in answers if isinstance(answer, ProblemError)]
    assert {problem.error for problem in refused} == {"overloaded"}
    assert len(refused) == 8
    assert answers.count(True) == 32
