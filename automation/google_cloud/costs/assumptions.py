"""What is assumed of the use of the system, where nothing measured or configured says it."""

import statistics
from pathlib import Path

from pydantic import Field, ValidationError

from textops.errors import ConfigurationError
from textops.frozen import Frozen

ROOT = Path(__file__).resolve().parents[3]
MEASURED = ROOT / "reports/benchmarks/serving.json"
SECONDS, HOURS = 30 * 24 * 3600, 30 * 24  # of a month, as Google's own calculator takes 730 hours for 30.4 days


class Assumptions(Frozen):
    """What is assumed; each description stands in the table. A month has 30 days."""

    utilisation: float = Field(
        0.6, gt=0, le=1, description="share of its processor at which Cloud Run adds an instance"
    )
    response_bytes: int = Field(700, ge=0, description="bytes of an answer with its headers, five classes")
    request_log_bytes: int = Field(900, ge=0, description="bytes of Cloud Run's own log record of a request")
    service_log_bytes: int = Field(
        2_000_000, ge=0, description="bytes a day that each service logs itself; it writes no record for a request"
    )
    row_bytes: int = Field(
        3000, ge=0, description="bytes of a row of the prediction log, text of 2,500 characters and indexes"
    )
    retention_days: int = Field(7, gt=0, description="days that rows are kept (`TEXTOPS_LOG_RETENTION_DAYS`)")
    row_processor_seconds: float = Field(100e-6, gt=0, description="seconds of PostgreSQL's processor for a row")
    database_utilisation: float = Field(0.5, gt=0, le=1, description="share of the database's processor that is used")
    smallest_database_rate: float = Field(20, ge=0, description="requests a second up to which db-g1-small is enough")
    series: int = Field(300, ge=0, description="time series of an instance of the API")
    scrape_seconds: float = Field(30, gt=0, description="seconds between two readings of them")
    waiting_minutes: float = Field(
        15, ge=0, description="minutes that an instance billed by instance stands after its last request"
    )
    page_hours: float = Field(1, ge=0, description="hours a day that somebody has the page open")
    drift_minutes: float = Field(1, ge=0, description="minutes that a check for drift takes")
    drift_checks: int = Field(24, ge=0, description="checks for drift a day")
    data_gibibytes: float = Field(2, ge=0, description="GiB of data versions in the data bucket")
    model_gibibytes: float = Field(2, ge=0, description="GiB of models in the model bucket")
    reload_seconds: float = Field(
        60, gt=0, description="seconds between two looks of an instance into the registry (`TEXTOPS_RELOAD_SECONDS`)"
    )
    registry_operations: int = Field(1, ge=0, description="listings of the bucket (class A) for a look")
    image_gibibytes: float = Field(6, ge=0, description="GiB of images in Artifact Registry after its clean-up")
    images: int = Field(5, gt=0, description="images of a build, each scanned")
    builds: int = Field(20, ge=0, description="builds a month")
    build_minutes: float = Field(20, ge=0, description="minutes of a build")
    retrainings: int = Field(4, ge=0, description="scheduled retrainings a month (job of Cloud Run)")
    training_hours: float = Field(
        0.5, ge=0, description="hours of a training or a trial, with the start of its machine"
    )
    alert_conditions: int = Field(30, ge=0, description="conditions of alert policies")
    alert_seconds: float = Field(30, gt=0, description="seconds between two looks of one of them")
    alert_series: float = Field(2, ge=0, description="time series that it looks at")
    uptime_executions: int = Field(
        51_840, ge=0, description="uptime checks a month, six places each five minutes: so one instance always stands"
    )
    scheduler_jobs: int = Field(2, ge=0, description="jobs of Cloud Scheduler")
    secret_versions: int = Field(7, ge=0, description="secrets with one version each")


class Measured(Frozen):
    """What was measured of an answer.

    Attributes:
        processor_seconds: Processor time of one.
        characters: Of its text.
        model: Which model answered.
    """

    processor_seconds: float = Field(gt=0)
    characters: int
    model: str


def read_measured(path: Path = MEASURED) -> Measured:
    """Return what an answer took of the processor, the median of the rounds.

    Raises:
        ConfigurationError: If it has not been measured.
    """
    from textops.benchmark.serving.measurements import Measurements
    from textops.benchmark.serving.own_server import NAME

    advice = "run `textops benchmark serving`"
    try:
        measurements = Measurements.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise ConfigurationError(f"{path.name} holds no measurements of serving: {advice}") from error
    server = measurements.named(NAME)
    if server is None:
        raise ConfigurationError(f"{path.name} holds no measurement of {NAME}: {advice}")
    microseconds = statistics.median(part.microseconds for part in server.rounds)
    return Measured(processor_seconds=microseconds / 1e6, characters=measurements.characters, model=measurements.model)
