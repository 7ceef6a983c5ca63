"""What is used in a month at a rate of requests: of which priced thing, how much, and by which part of the system."""

import math
from collections.abc import Iterator

from automation.google_cloud.costs.assumptions import HOURS, SECONDS, Assumptions, Measured
from automation.google_cloud.costs.shape import RunJob, Service
from textops.frozen import Frozen

GIB, DAYS = 2**30, 30
API, DRIFT, PAGE = "Cloud Run: API", "Cloud Run: drift", "Cloud Run: page"
DATABASE = "Cloud SQL: prediction log (optional)"
NETWORK = "Network: answers to the internet"
RECORDS = "Logging"


class Use(Frozen):
    """So much of one priced thing in a month.

    Attributes:
        part: Part of the system that uses it.
        price: Name of the price.
        things: How many.
    """

    part: str
    price: str
    things: float


class System(Frozen):
    """What the use follows from.

    Attributes:
        api: The service that answers.
        drift: The service that looks for drift.
        page: The page.
        retraining: The job that trains again.
        build_machine: Machine of a build.
        measured: What an answer takes.
        assumed: All else.
    """

    api: Service
    drift: Service
    page: Service
    retraining: RunJob
    build_machine: str
    measured: Measured
    assumed: Assumptions

    def api_instances(self, rate: float) -> int:
        """Return how many instances of the API stand; uptime checks let one stand at least."""
        needed = self.api.instances(rate, self.measured.processor_seconds, self.assumed.utilisation)
        return max(needed, 1 if self.assumed.uptime_executions else 0)


def uses(system: System, rate: float) -> list[Use]:
    """Return all that a month uses.

    Args:
        system: The system.
        rate: Requests a second, day and night; 0 at rest.
    """
    return [
        *_services(system, rate),
        *_traffic(system, rate),
        *_prediction_log(system.assumed, rate),
        *_storage(system, rate),
        *_watching(system, rate),
        *_work(system),
    ]


def _services(system: System, rate: float) -> Iterator[Use]:
    assumed = system.assumed
    checks_a_second = assumed.uptime_executions / SECONDS
    count = system.api_instances(rate)
    active = system.api.active(rate + checks_a_second, count)
    yield from _instances(API, system.api, count * SECONDS, active * SECONDS)
    if not system.api.by_instance:
        yield Use(part=API, price="run_requests", things=rate * SECONDS + assumed.uptime_executions)
    looks = assumed.drift_checks * DAYS
    for part, service, times, seconds in (
        (DRIFT, system.drift, looks, looks * assumed.drift_minutes * 60),
        (PAGE, system.page, DAYS, DAYS * assumed.page_hours * 3600),
    ):
        waiting = times * assumed.waiting_minutes * 60
        standing = min(max(service.minimum * SECONDS, seconds + waiting), max(service.minimum, 1) * SECONDS)
        yield from _instances(part, service, standing, seconds)


def _instances(part: str, service: Service, standing: float, active: float) -> Iterator[Use]:
    """Yield what a service's instances take: seconds that they stand, and of these, seconds in which they answer."""
    if service.by_instance:
        yield Use(part=part, price="run_cpu_instance", things=standing * service.all_cpu)
        yield Use(part=part, price="run_memory_instance", things=standing * service.memory)
        return
    idle = max(service.minimum * SECONDS - active, 0)  # what stands beyond the minimum is not billed while it waits
    yield Use(part=part, price="run_cpu_active", things=active * service.all_cpu)
    yield Use(part=part, price="run_memory_active", things=active * service.memory)
    yield Use(part=part, price="run_cpu_idle", things=idle * service.all_cpu)
    yield Use(part=part, price="run_memory_idle", things=idle * service.memory)


def _traffic(system: System, rate: float) -> Iterator[Use]:
    requests = rate * SECONDS
    yield Use(part=NETWORK, price="egress", things=requests * system.assumed.response_bytes / GIB)
    own = 3 * system.assumed.service_log_bytes * DAYS
    yield Use(part=RECORDS, price="logging", things=(requests * system.assumed.request_log_bytes + own) / GIB)


def _prediction_log(assumed: Assumptions, rate: float) -> Iterator[Use]:
    """Yield a database with processors for the rows that come, a disk for those that stay, and its copies."""
    if rate <= assumed.smallest_database_rate:
        yield Use(part=DATABASE, price="sql_shared_small", things=HOURS)
    else:
        processors = math.ceil(rate * assumed.row_processor_seconds / assumed.database_utilisation - 1e-9)
        yield Use(part=DATABASE, price="sql_cpu", things=processors * HOURS)
        yield Use(
            part=DATABASE, price="sql_memory", things=processors * 3.75 * HOURS
        )  # as Cloud SQL's own sizes have it
    kept = rate * assumed.retention_days * 24 * 3600 * assumed.row_bytes / GIB
    disk = max(kept, 10.0)  # the smallest disk
    yield Use(part=DATABASE, price="sql_storage", things=disk)
    yield Use(part=DATABASE, price="sql_backup", things=disk)


def _storage(system: System, rate: float) -> Iterator[Use]:
    assumed, part = system.assumed, "Cloud Storage: data and models"
    yield Use(part=part, price="storage", things=assumed.data_gibibytes + assumed.model_gibibytes)
    standing = system.api_instances(rate)
    # A sleeping instance of a service that is billed by request does not look.
    looking = standing if system.api.by_instance else system.api.active(rate, standing)
    looks = looking * SECONDS / assumed.reload_seconds
    yield Use(part=part, price="storage_write", things=looks * assumed.registry_operations)
    yield Use(part="Artifact Registry: images", price="artifact_storage", things=assumed.image_gibibytes)


def _watching(system: System, rate: float) -> Iterator[Use]:
    assumed, part = system.assumed, "Monitoring: metrics, alerts, uptime"
    count = system.api_instances(rate)
    yield Use(part=part, price="prometheus_samples", things=count * assumed.series * SECONDS / assumed.scrape_seconds)
    yield Use(part=part, price="alert_conditions", things=assumed.alert_conditions)
    looks = assumed.alert_conditions * SECONDS / assumed.alert_seconds
    yield Use(part=part, price="alert_series", things=looks * assumed.alert_series)
    yield Use(part=part, price="uptime_checks", things=assumed.uptime_executions)
    part = "Scheduler, secrets and the key of the state"
    yield Use(part=part, price="scheduler", things=assumed.scheduler_jobs)
    yield Use(part=part, price="secret_versions", things=assumed.secret_versions)
    yield Use(part=part, price="key_versions", things=1)


def _work(system: System) -> Iterator[Use]:
    assumed, part = system.assumed, "Cloud Build: images built and scanned"
    yield Use(part=part, price=f"build_{system.build_machine}", things=assumed.builds * assumed.build_minutes)
    yield Use(part=part, price="artifact_scan", things=assumed.builds * assumed.images)
    part, seconds = "Cloud Run job: retraining", assumed.retrainings * assumed.training_hours * 3600
    yield Use(part=part, price="run_cpu_instance", things=seconds * system.retraining.cpu)
    yield Use(part=part, price="run_memory_instance", things=seconds * system.retraining.memory)
