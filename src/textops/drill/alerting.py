"""Prometheus and Alertmanager for the drill, started as people start them."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from textops.program import running


def alerting_programs() -> tuple[str, str] | None:
    """Return where Prometheus and Alertmanager are installed, None where one is missing."""
    prometheus = shutil.which("prometheus")
    alertmanager = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    return (prometheus, alertmanager) if prometheus and alertmanager else None


@contextmanager
def alerting(programs: tuple[str, str], deploy: Path, folder: Path, api: str, drift: str) -> Iterator[None]:
    """Run Prometheus and Alertmanager with the rules of `deploy/`, which look every second instead of every minute.

    Args:
        programs: Where they are.
        deploy: The folder `deploy` of the project.
        folder: Where their files go.
        api: Address of the API.
        drift: Address of the drift service, which is told of drift.
    """
    shutil.copytree(deploy / "prometheus", folder / "prometheus", dirs_exist_ok=True)
    alerts = folder / "alertmanager.yaml"
    drift_host = drift.removeprefix("http://")
    text = _quickened((deploy / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8"))
    alerts.write_text(text.replace("localhost:8001", drift_host), encoding="utf-8")
    free = ("--web.listen-address=127.0.0.1:0",)
    with ExitStack() as stack:
        manager = stack.enter_context(
            running(
                (
                    *(programs[1], f"--config.file={alerts}", f"--storage.path={folder / 'alertmanager'}"),
                    *("--cluster.listen-address=", *free),
                ),
                folder / "alertmanager.log",
                folder,
            )
        )
        port = manager.said(r"Listening on.*?127\.0\.0\.1:(\d+)", 20)
        _aim(folder / "prometheus", f"127.0.0.1:{port}", api, drift_host)
        stack.enter_context(
            running(
                (
                    *(programs[0], f"--config.file={folder / 'prometheus' / 'prometheus.yaml'}"),
                    *(f"--storage.tsdb.path={folder / 'samples'}", *free),
                ),
                folder / "prometheus.log",
                folder,
            )
        )
        yield


def _aim(folder: Path, manager: str, api: str, drift: str) -> None:
    """Let Prometheus look at the services of the drill, often."""
    for name, target in (("alertmanager", manager), ("api", api.removeprefix("http://")), ("drift", drift)):
        (folder / "targets" / f"{name}.yaml").write_text(f'- targets: ["{target}"]\n', encoding="utf-8")
    for path in folder.glob("*.yaml"):
        path.write_text(_quickened(path.read_text(encoding="utf-8")), encoding="utf-8")


def _quickened(text: str) -> str:
    """Make a second of every interval between two looks; what is asked, and for how long, stays."""
    text = re.sub(r"((?:scrape|evaluation)_interval|\binterval|group_wait|group_interval): \w+", r"\1: 1s", text)
    return re.sub(r"repeat_interval: \w+", "repeat_interval: 3s", text)
