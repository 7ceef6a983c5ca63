import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "deploy" / "compose.yaml"
OURS = {"api", "drift", "frontend"}
Document = dict[str, Any]


def refused(*paths: Path) -> set[Path]:
    """Return the files that the schema does not take."""
    kind = ("--output-format", "json", "--builtin-schema", "vendor.compose-spec")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *kind, *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    told = json.loads(done.stdout)
    assert (done.returncode == 0) is (told["errors"] == [])
    return {Path(error["filename"]) for error in told["errors"]}


@pytest.fixture(scope="module")
def document() -> Document:
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))


def unknown_field(document: Document) -> None:
    document["services"]["api"]["helthcheck"] = {}


def unknown_section(document: Document) -> None:
    document["servics"] = {}


def wrong_type(document: Document) -> None:
    document["services"]["api"]["read_only"] = {"yes": 1}


def unknown_condition(document: Document) -> None:
    document["services"]["api"]["depends_on"]["postgres"]["condition"] = "service_well"


SPOIL = (unknown_field, unknown_section, wrong_type, unknown_condition)


def test_the_schema_takes_the_file() -> None:
    assert refused(COMPOSE) == set()


def test_the_schema_refuses_spoilt_files(document: Document, tmp_path: Path) -> None:
    paths = set()
    for spoil in SPOIL:
        spoilt = copy.deepcopy(document)
        spoil(spoilt)
        path = tmp_path / f"{spoil.__name__}.yaml"
        path.write_text(json.dumps(spoilt))
        paths.add(path)

    assert refused(*paths) == paths


def test_every_service_is_closed_and_open_to_this_machine_alone(document: Document) -> None:
    for name, service in document["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert not service.get("privileged"), name


def test_no_password_stands_in_the_file_and_one_that_is_missing_is_named(document: Document) -> None:
    secrets = {
        variable: value
        for service in document["services"].values()
        for variable, value in service.get("environment", {}).items()
        if "PASSWORD" in variable
    }

    assert {"PGPASSWORD", "POSTGRES_PASSWORD", "GF_SECURITY_ADMIN_PASSWORD"} == secrets.keys()
    assert all(value.startswith("${TEXTOPS_") and ":?set it to " in value for value in secrets.values())


def test_all_that_is_mounted_from_here_is_here(document: Document) -> None:
    for service in document["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (COMPOSE.parent / source).exists(), source


def test_whom_prometheus_asks_are_services_at_their_ports(document: Document) -> None:
    for path in (COMPOSE.parent / "compose" / "targets").glob("*.yaml"):
        ((address,),) = [group["targets"] for group in yaml.safe_load(path.read_text(encoding="utf-8"))]
        name, _, port = address.partition(":")
        assert any(published.endswith(f":{port}") for published in document["services"][name]["ports"]), address
    there = {path.name for path in (COMPOSE.parent / "prometheus" / "targets").iterdir()}
    assert there == {path.name for path in (COMPOSE.parent / "compose" / "targets").iterdir()}


def test_what_asks_waits_for_what_it_asks(document: Document) -> None:
    services = document["services"]

    assert services["api"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["frontend"]["depends_on"]["api"]["condition"] == "service_healthy"
    assert {name for name, service in services.items() if "build" in service} == OURS
