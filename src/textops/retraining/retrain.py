"""`textops retrain`: old data and labelled live traffic become a model that may take the place of the present one."""

from datetime import UTC, datetime

from textops.retraining.lock import only_one
from textops.retraining.plan import RetrainPlan
from textops.retraining.record import Retraining

LOCK_FILE = "lock"


def retrain(plan: RetrainPlan) -> Retraining:
    """Train production's model again with labelled live traffic, and promote it as far as the gate lets it.

    Returns:
        What became of it, which is also written below `plan.records`.

    Raises:
        AlreadyRunningError: If a retraining of the model runs already.
        RegistryError: If the model has no version in production.
        DataError: If there is too little to learn from, or the data of production are not there.
        TextopsError: If anything else cannot be used; production is as it was.
    """
    started = datetime.now(UTC)
    name = plan.registry.find(plan.name).name
    with only_one(plan.records / name / LOCK_FILE, f"a retraining of {name}"):
        # Behind the lock, because it loads torch: who comes second is answered at once.
        from textops.retraining.steps import take_steps

        return take_steps(plan, started)
