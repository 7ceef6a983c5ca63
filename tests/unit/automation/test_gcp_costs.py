"""What a month costs, beside sums done by hand."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.google_cloud.costs.assumptions import MEASURED, Assumptions, Measured, read_measured
from automation.google_cloud.costs.estimate import by_part, charges
from automation.google_cloud.costs.jobs import Job, read_job
from automation.google_cloud.costs.prices import Price, Prices, read_prices
from automation.google_cloud.costs.report import RATES, amount, dollars
from automation.google_cloud.costs.shape import RunJob, Service, cores, gibibytes, read_run_job, read_service
from automation.google_cloud.costs.summary import full_report, summary, system
from automation.google_cloud.costs.uses import API, DATABASE, DRIFT, NETWORK, PAGE, RECORDS, System, Use, uses
from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.unit.automation.conftest import RunTask

MONTH = 2_592_000  # seconds of 30 days
BY_INSTANCE = Service(name="api", cpu=1, all_cpu=1.25, memory=0.75, minimum=0, maximum=10, by_instance=True)
BY_REQUEST = Service(name="page", cpu=1, all_cpu=1, memory=1, minimum=0, maximum=3, by_instance=False)
# 200 us an answer: 1 vCPU at 60 % answers 3,000 a second.
SYSTEM = System(
    api=BY_INSTANCE,
    drift=BY_INSTANCE,
    page=BY_REQUEST,
    retraining=RunJob(cpu=4, memory=8),
    build_machine="E2_HIGHCPU_8",
    measured=Measured(processor_seconds=200e-6, characters=2500, model="a model"),
    assumed=Assumptions(
        response_bytes=1024, request_log_bytes=512, service_log_bytes=0, row_bytes=4096, retention_days=10
    ),
)


def _things(rate: float, part: str, used: System = SYSTEM) -> dict[str, float]:
    return {use.price: use.things for use in uses(used, rate) if use.part == part}


@pytest.mark.parametrize(("rate", "count"), [(0, 1), (1, 1), (3000, 1), (3001, 2), (10_000, 4)])
def test_instances_follow_from_the_processor_time_of_an_answer(rate: float, count: int) -> None:
    assert SYSTEM.api_instances(rate) == count


def test_without_uptime_checks_nothing_stands_at_rest() -> None:
    assumed = SYSTEM.assumed.model_copy(update={"uptime_executions": 0})

    assert SYSTEM.model_copy(update={"assumed": assumed}).api_instances(0) == 0


@pytest.mark.parametrize(("rate", "instances"), [(1, 1), (10_000, 4)])
def test_by_instance_each_second_that_one_stands_is_paid_and_requests_are_not(rate: float, instances: int) -> None:
    assert _things(rate, API) == {
        "run_cpu_instance": pytest.approx(instances * 1.25 * MONTH),
        "run_memory_instance": pytest.approx(instances * 0.75 * MONTH),
    }


def test_by_request_the_time_of_answers_is_paid_in_tenths_of_a_second_and_each_request() -> None:
    assumed = SYSTEM.assumed.model_copy(update={"uptime_executions": 0})
    by_request = SYSTEM.model_copy(update={"api": BY_REQUEST, "assumed": assumed})

    # At 2 a second, 0.2 of each second is paid; from 10 a second on the whole of it.
    assert _things(2, API, by_request)["run_cpu_active"] == pytest.approx(0.2 * MONTH)
    assert _things(100, API, by_request)["run_cpu_active"] == pytest.approx(MONTH)
    assert _things(2, API, by_request)["run_requests"] == pytest.approx(2 * MONTH)
    assert _things(0, API, by_request)["run_cpu_active"] == 0


def test_an_instance_that_is_kept_waiting_costs_the_price_of_waiting() -> None:
    kept = BY_REQUEST.model_copy(update={"minimum": 1})
    assumed = SYSTEM.assumed.model_copy(update={"uptime_executions": 0})
    waiting = SYSTEM.model_copy(update={"api": kept, "assumed": assumed})

    things = _things(2, API, waiting)

    assert things["run_cpu_active"] == pytest.approx(0.2 * MONTH)
    assert things["run_cpu_idle"] == pytest.approx(0.8 * MONTH)


def test_a_look_for_drift_is_paid_with_the_quarter_of_an_hour_behind_it() -> None:
    # 24 looks a day for 30 days, 1 minute and 15 more each: 720 x 960 seconds; the page: one hour a day.
    assert _things(0, DRIFT)["run_cpu_instance"] == pytest.approx(720 * 960 * 1.25)
    assert _things(0, PAGE)["run_cpu_active"] == pytest.approx(30 * 3600)


def test_looks_that_leave_no_pause_keep_one_instance_standing() -> None:
    often = SYSTEM.model_copy(update={"assumed": SYSTEM.assumed.model_copy(update={"drift_checks": 1440})})

    assert _things(0, DRIFT, often)["run_cpu_instance"] == pytest.approx(MONTH * 1.25)


def test_answers_and_records_grow_with_the_requests() -> None:
    # 100 a second are 259.2 million a month: a KiB each is 247.19 GiB, half a KiB 123.6 GiB.
    assert _things(100, NETWORK)["egress"] == pytest.approx(247.192, abs=0.001)
    assert _things(100, RECORDS)["logging"] == pytest.approx(123.596, abs=0.001)


def test_the_database_has_processors_for_the_rows_that_come_and_disk_for_those_that_stay() -> None:
    # 10,000 rows a second take 1 processor of 100 us each, half used: 2. Ten days of 4 KiB rows are 32,958.98 GiB.
    busy = _things(10_000, DATABASE)

    assert busy["sql_cpu"] == pytest.approx(2 * 720)
    assert busy["sql_memory"] == pytest.approx(2 * 3.75 * 720)
    assert busy["sql_storage"] == busy["sql_backup"] == pytest.approx(32_958.98, abs=0.01)
    assert _things(1, DATABASE)["sql_shared_small"] == 720
    assert _things(0, DATABASE)["sql_storage"] == 10


def _prices(**prices: float) -> Prices:
    base = {"unit": "thing", "region": "all", "page": "https://cloud.google.com/run/pricing"}
    made = {name: Price.model_validate(base | {"price": price, "free": 10}) for name, price in prices.items()}
    return Prices.model_validate({"known": "2026-01-01", "checked": None, "currency": "USD", "prices": made})


def test_free_amounts_count_once_for_all_who_use_the_same_thing() -> None:
    used = [
        Use(part="a", price="x", things=30),
        Use(part="b", price="x", things=10),
        Use(part="b", price="y", things=1),
    ]

    paid = by_part(charges(used, _prices(x=2.0, y=3.0)))
    after_free = by_part(charges(used, _prices(x=2.0, y=3.0), free=True))

    assert paid == {"a": pytest.approx(60.0), "b": pytest.approx(23.0)}
    # Of 40 x, 30 are paid: 60 dollars, of which a bears three quarters. One y is free.
    assert after_free == {"a": pytest.approx(45.0), "b": pytest.approx(15.0)}


def test_what_nobody_uses_costs_nothing() -> None:
    (charge,) = charges([Use(part="a", price="x", things=0)], _prices(x=2.0))

    assert charge.dollars == 0


def test_one_instance_all_month_by_the_real_prices() -> None:
    # 1.25 vCPU x 2,592,000 s x 0.000018 + 0.75 GiB x 2,592,000 s x 0.000002 = 58.32 + 3.888.
    assert by_part(charges(uses(SYSTEM, 0), read_prices()))[API] == pytest.approx(62.208)


def test_an_hour_of_a_training_is_all_its_machines_and_gpus() -> None:
    job = Job(name="two", machines=(("n1-standard-8", 2),), accelerators=(("NVIDIA_TESLA_T4", 2),))

    assert job.hourly(read_prices()) == pytest.approx(2 * 0.4370 + 2 * 0.4025)


@pytest.mark.parametrize(("text", "found"), [("1", 1), (2, 2), ("500m", 0.5), ("0.25", 0.25)])
def test_processors_are_read_as_kubernetes_writes_them(text: str | float, found: float) -> None:
    assert cores(text) == found


@pytest.mark.parametrize(("text", "found"), [("512Mi", 0.5), ("2Gi", 2), (2**30, 1), ("1G", 1e9 / 2**30)])
def test_memory_is_read_as_kubernetes_writes_it(text: str | int, found: float) -> None:
    assert gibibytes(text) == found


@pytest.mark.parametrize("read", [read_service, read_run_job, read_job])
@pytest.mark.parametrize("text", [None, "spec: {}", "[]", "{", "workerPoolSpecs: [{}]"])
def test_a_file_that_does_not_say_what_it_takes_is_told(read: object, text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigurationError, match=r"^api\.yaml (cannot be read|does not say)"):
        read(path)  # type: ignore[operator]


def test_the_time_of_an_answer_is_the_median_of_what_was_measured(tmp_path: Path) -> None:
    document = json.loads(MEASURED.read_text(encoding="utf-8"))
    own = next(each for each in document["compared"] if each["name"] == "textops /predict")
    for number, part in enumerate(own["rounds"]):
        part["full"]["statuses"], part["processor_seconds"] = {"200": 1000}, 0.1 * (number + 1)
    path = tmp_path / "serving.json"
    path.write_text(json.dumps(document))

    # Five rounds of 1,000 answers in 0.1 to 0.5 s: 300 us in the middle.
    assert read_measured(path).processor_seconds == pytest.approx(300e-6)


@pytest.mark.parametrize("text", [None, "{}", "["])
def test_without_a_measurement_it_is_told_how_to_measure(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "serving.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigurationError, match="run `textops benchmark serving`"):
        read_measured(path)


def test_the_report_has_each_part_at_each_rate_and_their_sum() -> None:
    text = full_report(free=False)

    months = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    header = months[0]
    assert header == ["part", "at rest", "1 a second", "100 a second", "10,000 a second"]
    shown = {row[0]: row[1:] for row in months if len(row) == 5}
    for place, rate in enumerate(RATES):
        sums = by_part(charges(uses(system(), rate), read_prices()))
        assert {name: shown[name][place] for name in sums} == {name: dollars(cost) for name, cost in sums.items()}
        assert shown["**all**"][place] == f"**{dollars(sum(sums.values()))}**"


def test_the_report_says_that_its_prices_must_be_checked() -> None:
    assert "which nobody has compared with the vendor's pages since" in full_report(free=False)
    assert "Free amounts are taken off." in full_report(free=True)


def test_the_summary_is_one_line() -> None:
    assert summary().startswith("costs about ")
    assert "\n" not in summary()


def test_the_report_in_the_repository_is_what_the_command_writes() -> None:
    assert Path("reports/cloud_costs.md").read_text(encoding="utf-8") == full_report(free=False)


def test_the_task_writes_the_report(run_task: "RunTask", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automation.gcp.COSTS", tmp_path / "costs.md")

    ended = run_task("gcp.costs", "--free")

    assert ended.code == 0, ended.told
    assert (tmp_path / "costs.md").read_text(encoding="utf-8") == full_report(free=True)
    # and whoever asked what it costs is answered there and then
    assert ended.shown.startswith(f"# {summary()}\n")
    assert "reports/cloud_costs.md" in ended.shown


@pytest.mark.parametrize(
    ("cost", "shown"), [(0, "0"), (0.004, "0.00"), (9.999, "10.00"), (12.5, "12"), (12345, "12,345")]
)
def test_dollars_are_shown_as_people_read_them(cost: float, shown: str) -> None:
    assert dollars(cost) == shown


def test_amounts_have_three_digits() -> None:
    assert [amount(0), amount(0.16789), amount(43.21), amount(2_592_000)] == ["0", "0.168", "43.2", "2,592,000"]
