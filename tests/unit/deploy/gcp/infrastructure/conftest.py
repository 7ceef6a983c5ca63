"""The infrastructure as Pulumi would make it, without an engine and without an account."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.rpc import unwrap_rpc_secret

from deploy.gcp.configuration import CloudConfiguration

# What Google adds to what it is asked for.
ADDED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "gcp:cloudrunv2/service:Service": lambda inputs: {"uri": f"https://{inputs['name']}.example.run.app"},
    "gcp:serviceaccount/account:Account": lambda inputs: {
        "email": f"{inputs['accountId']}@{inputs['project']}.iam.gserviceaccount.com",
        "name": f"projects/{inputs['project']}/serviceAccounts/{inputs['accountId']}",
    },
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": lambda inputs: {
        "name": f"projects/1/locations/global/workloadIdentityPools/{inputs['workloadIdentityPoolId']}"
    },
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": lambda _inputs: {"uptimeCheckId": "ready-1"},
    "gcp:monitoring/slo:Slo": lambda inputs: {"name": f"services/{inputs['service']}/{inputs['sloId']}"},
    "random:index/randomPassword:RandomPassword": lambda _inputs: {"result": "a-random-word"},
}


@dataclass(frozen=True)
class Made:
    """A resource that was asked for.

    Attributes:
        kind: `storage/bucket`, without the provider.
        name: Its name in the program.
        inputs: All of its arguments.
    """

    kind: str
    name: str
    inputs: dict[str, Any]


class Infrastructure:
    """All resources of one run."""

    def __init__(self, made: list[Made], outputs: dict[str, Any]) -> None:
        self.made = made
        self.outputs = outputs

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Arguments of all resources of one kind, by name."""
        found = {each.name: each.inputs for each in self.made if each.kind == kind}
        assert found, f"nothing of the kind {kind} was made"
        return found

    def kinds(self) -> set[str]:
        return {each.kind for each in self.made}

    def bindings(self) -> list[Made]:
        """Whatever gives somebody a right."""
        return [each for each in self.made if "iam" in each.kind.lower() and "role" in each.inputs]


def _nothing(_inputs: dict[str, Any]) -> dict[str, Any]:
    return {}


class RecordingMocks(Mocks):
    def __init__(self) -> None:
        self.made: list[Made] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        kind = args.typ.split(":", 1)[1].rsplit(":", 1)[0] if args.typ.startswith("gcp:") else args.typ
        self.made.append(Made(kind, args.name, {name: unwrap_rpc_secret(value) for name, value in args.inputs.items()}))
        added = ADDED.get(args.typ, _nothing)(args.inputs)
        return f"{args.name}-id", {"name": args.name, **args.inputs, **added}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        function = args.token
        assert function == "gcp:organizations/getProject:getProject", function
        return {"projectId": args.args["projectId"], "number": "1234567890"}, []


def configuration(**given: object) -> CloudConfiguration:
    return CloudConfiguration.model_validate({"project": "some-project", "region": "europe-west1", **given})


FULL: dict[str, Any] = {
    "github": "ann/news",
    "alert_address": "ann@example.com",
    "page_users": ["user:ann@example.com"],
    "wandb": True,
    "database": {"tier": "db-g1-small"},
    "budget": {"billing_account": "012345-6789AB-CDEF01", "amount": 50, "currency": "EUR"},
}


def run(wanted: CloudConfiguration) -> Infrastructure:
    """Make what a configuration asks for."""
    from deploy.gcp.infrastructure.program import make_infrastructure

    return recorded(lambda: make_infrastructure(wanted))


def recorded(program: Callable[[], object]) -> Infrastructure:
    """Run a program as Pulumi does, and wait until all of it is asked for."""
    # Pulumi takes a loop of the thread for granted, which `asyncio.run` of other tests takes away.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks = RecordingMocks()
    outputs: dict[str, Any] = {}
    pulumi.runtime.set_mocks(mocks, project="textops", stack="test", preview=False)
    original = pulumi.export
    pulumi.export = lambda name, value: outputs.update({name: value})
    try:
        test: Callable[..., Callable[[], None]] = pulumi.runtime.test
        test(program)()
    finally:
        pulumi.export = original
        asyncio.set_event_loop(None)
        loop.close()
    return Infrastructure(mocks.made, outputs)


@pytest.fixture(scope="session")
def full() -> Infrastructure:
    """With everything that the configuration can ask for."""
    return run(configuration(**FULL))


@pytest.fixture(scope="session")
def least() -> Infrastructure:
    """With nothing but a project and a region."""
    return run(configuration())


@pytest.fixture
def record() -> Callable[[Callable[[], object]], Infrastructure]:
    return recorded


@pytest.fixture
def make() -> Callable[..., Infrastructure]:
    return lambda **given: run(configuration(**given))
