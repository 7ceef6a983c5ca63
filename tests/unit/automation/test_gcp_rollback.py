"""Back to what answered before."""

from typing import TYPE_CHECKING, Any

import pytest

from automation.google_cloud.rollback import before
from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask


def _revision(name: str, created: str, ready: str = "True") -> dict[str, Any]:
    condition = {"type": "Ready", "status": ready}
    return {
        "metadata": {"name": f"textops-api-{name}", "creationTimestamp": created},
        "status": {"conditions": [condition]},
    }


REVISIONS = [
    _revision("c4", "2026-01-04T00:00:00Z"),
    _revision("c2", "2026-01-02T00:00:00Z", "False"),
    _revision("c1", "2026-01-01T00:00:00Z", "Unknown"),
    _revision("c3", "2026-01-03T00:00:00Z"),
]


@pytest.mark.parametrize(("present", "found"), [("c4", "c3"), ("c3", "c1")])
def test_the_newest_good_revision_before_the_present_one_is_taken(present: str, found: str) -> None:
    assert before(REVISIONS, {f"textops-api-{present}": 100}, "textops-api") == f"textops-api-{found}"


def test_of_two_that_answer_the_one_that_answers_more_counts() -> None:
    shares = {"textops-api-c4": 10, "textops-api-c3": 90}

    assert before(REVISIONS, shares, "textops-api") == "textops-api-c1"


def test_the_oldest_one_has_none_before_it() -> None:
    with pytest.raises(ConfigurationError, match="textops-api-c1 is the oldest good revision"):
        before(REVISIONS, {"textops-api-c1": 100}, "textops-api")


def test_where_nothing_answers_one_must_be_named() -> None:
    with pytest.raises(ConfigurationError, match="name one with --to"):
        before(REVISIONS, {}, "textops-api")


@pytest.mark.slow
def test_the_traffic_goes_back_and_the_model_stays(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.serve("textops-api", c4=100)
    cloud.answer("gcloud run revisions list", REVISIONS)

    ended = run_task("gcp.rollback")

    assert ended.code == 0, ended.told
    (moved,) = cloud.called("gcloud run services update-traffic")
    assert "textops-api --to-revisions=textops-api-c3=100" in moved
    assert cloud.called("textops") == []


@pytest.mark.slow
def test_a_model_goes_back_in_the_registry_of_the_cloud(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.rollback", "--what=model", "--model=bbc_news")

    assert ended.code == 0, ended.told
    (call,) = [call for call in cloud.all_calls if call.line.startswith("textops")]
    assert call.line == "textops rollback bbc_news '--reason=invoke gcp.rollback'"
    assert call.registry == "gs://example-project-textops-models/registry"
    assert [line for line in cloud.calls if "update-traffic" in line] == []


@pytest.mark.slow
def test_both_go_back_and_a_revision_can_be_named(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.serve("textops-drift", c4=100)

    ended = run_task("gcp.rollback", "--what=both", "--service=drift", "--to=textops-drift-c9")

    assert ended.code == 0, ended.told
    (moved,) = cloud.called("gcloud run services update-traffic")
    assert "--to-revisions=textops-drift-c9=100" in moved
    assert len(cloud.called("textops rollback")) == 1


@pytest.mark.parametrize("words", [("--what=moon",), ("--service=moon",)])
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.rollback", *words)

    assert ended.code == 2
    assert " moon: say one of " in ended.told
    assert cloud.calls == []
