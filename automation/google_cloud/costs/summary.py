"""The costs of the system as it is configured and measured here."""

from automation.google_cloud.costs.assumptions import Assumptions, read_measured
from automation.google_cloud.costs.estimate import by_part, charges
from automation.google_cloud.costs.jobs import read_job
from automation.google_cloud.costs.prices import read_prices
from automation.google_cloud.costs.report import OPTIONAL, dollars, report
from automation.google_cloud.costs.shape import read_build_machine, read_run_job, read_service
from automation.google_cloud.costs.uses import System, uses
from automation.google_cloud.rendering import template
from automation.google_cloud.training import JOBS


def system() -> System:
    """Return the system as deploy/gcp has it.

    Raises:
        ConfigurationError: If a file is missing or not possible.
    """
    return System(
        api=read_service(template("services/api.yaml")),
        drift=read_service(template("services/drift.yaml")),
        page=read_service(template("services/frontend.yaml")),
        retraining=read_run_job(template("jobs/retraining.yaml")),
        build_machine=read_build_machine(template("cloudbuild.yaml")),
        measured=read_measured(),
        assumed=Assumptions(),
    )


def full_report(*, free: bool) -> str:
    """Return all tables.

    Raises:
        ConfigurationError: If a file is missing or not possible.
    """
    jobs = [read_job(template(f"training/{job}.yaml")) for job in JOBS]
    return report(system(), jobs, read_prices(), free=free)


def summary() -> str:
    """Return what a month costs at rest and at 100 requests a second, in one line.

    Raises:
        ConfigurationError: If a file is missing or not possible.
    """
    prices, here = read_prices(), system()
    rest, busy = (
        sum(cost for part, cost in by_part(charges(uses(here, rate), prices)).items() if OPTIONAL not in part)
        for rate in (0, 100)
    )
    return (
        f"costs about {dollars(rest)} {prices.currency} a month at rest and {dollars(busy)} at 100 requests a second, "
        f"at list prices as known on {prices.known}; docs/google-cloud.md has the parts"
    )
