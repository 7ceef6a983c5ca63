"""A cloud that is played: the account is the one thing that nobody has here.

`cloud` puts executables called gcloud, pulumi, dvc, curl and textops in front of PATH. They note what they are called
with, and answer what the test says.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from invoke.collection import Collection
from invoke.program import Program

PROJECT, TAG = "example-project", "0123456789abcdef"
TOOLS = ("gcloud", "pulumi", "dvc", "curl", "textops")
PLAYER = """\
#!{python} -IS
import json, os, pathlib, re, shlex, sys
place = pathlib.Path({place!r})
name = pathlib.Path(sys.argv[0]).name
line = shlex.join([name, *sys.argv[1:]])
with open(place / "calls.jsonl", "a") as calls:
    told = [os.environ.get(name, "") for name in ("PULUMI_BACKEND_URL", "TEXTOPS_REGISTRY")]
    calls.write(json.dumps([line, *told]) + "\\n")
answers = json.loads((place / "answers.json").read_text())
for number, answer in enumerate(answers):
    if not re.search(answer["pattern"], line):
        continue
    used = place / f"used-{{number}}"
    if answer["once"] and used.exists():
        continue
    used.touch()
    sys.stdout.write(answer["output"])
    sys.stderr.write(answer["error"])
    sys.exit(answer["code"])
"""


@dataclass(frozen=True)
class Call:
    """One call of a tool.

    Attributes:
        line: The command line.
        backend: Where Pulumi was told that its state lies.
        registry: Where textops was told that the registry lies.
    """

    line: str
    backend: str
    registry: str


@dataclass(frozen=True)
class Cloud:
    """The cloud that is played."""

    place: Path

    @property
    def tools(self) -> Path:
        return self.place / "bin"

    def answer(self, pattern: str, output: object = "", *, error: str = "", once: bool = False) -> None:
        """Answer calls that fit a pattern; what is told last counts first."""
        path = self.place / "answers.json"
        text = output if isinstance(output, str) else json.dumps(output)
        told = {"pattern": pattern, "output": text, "error": error, "code": int(bool(error)), "once": once}
        path.write_text(json.dumps([told, *json.loads(path.read_text())]))

    @property
    def all_calls(self) -> list[Call]:
        path = self.place / "calls.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [Call(*json.loads(line)) for line in lines]

    @property
    def calls(self) -> list[str]:
        return [call.line for call in self.all_calls]

    def serve(self, service: str, **percents: int) -> None:
        """Let revisions of a service answer, `c1=100` for `textops-api-c1`."""
        traffic = [{"revisionName": f"{service}-{name}", "percent": percent} for name, percent in percents.items()]
        described = {"status": {"url": f"https://{service}.example.com", "traffic": traffic}}
        self.answer(f"gcloud run services describe {service}", described)

    def called(self, start: str) -> list[str]:
        return [line for line in self.calls if line.startswith(start)]


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Play a cloud in which somebody is logged in, pays, and owns the project, and which holds nothing."""
    played = Cloud(tmp_path / "cloud")
    played.tools.mkdir(parents=True)
    for name in TOOLS:
        path = played.tools / name
        path.write_text(PLAYER.format(python=sys.executable, place=str(played.place)))
        path.chmod(0o755)
    (played.place / "answers.json").write_text("[]")
    played.answer("gcloud auth list", "somebody@example.com\n")
    played.answer("gcloud auth application-default", "hidden-token\n")
    played.answer(f"gcloud projects describe {PROJECT}", {"projectId": PROJECT, "lifecycleState": "ACTIVE"})
    played.answer("gcloud billing projects describe", "True\n")
    played.answer("gcloud (storage buckets|kms .*|run .*) describe", error="ERROR: (gcloud) NOT_FOUND: it is not there")
    played.answer("gcloud storage ls", error="ERROR: (gcloud.storage.ls) One or more URLs matched no objects.")
    played.answer("gcloud secrets versions describe", "enabled\n")
    monkeypatch.setenv("PATH", str(played.tools), prepend=":")
    monkeypatch.setenv("TEXTOPS_GCP_PROJECT", PROJECT)
    monkeypatch.delenv("TEXTOPS_GCP_REGION", raising=False)
    monkeypatch.delenv("TEXTOPS_REGISTRY", raising=False)
    monkeypatch.setattr("automation.google_cloud.rendering.RENDERED", tmp_path / "rendered")
    return played


@dataclass(frozen=True)
class Ended:
    """How a task ended.

    Attributes:
        code: Exit code.
        shown: What it wrote to standard output.
        told: What it wrote to standard error.
    """

    code: int
    shown: str
    told: str

    @property
    def lines(self) -> list[str]:
        """The command lines that were shown."""
        tools = (*TOOLS, "env")
        return [line for line in self.shown.splitlines() if line.split(" ", 1)[0] in tools]


RunTask = Callable[..., Ended]


@pytest.fixture
def run_task(capsys: pytest.CaptureFixture[str]) -> RunTask:
    """Run a task as invoke does: `run_task("gcp.plan", "--dry-run")`."""
    from automation import gcp

    def run(*words: str) -> Ended:
        namespace = Collection(gcp=Collection.from_module(gcp))
        capsys.readouterr()
        code = 0
        try:
            Program(namespace=namespace, version="0").run(["invoke", *words])
        except SystemExit as end:
            code = int(end.code or 0)
        shown, told = capsys.readouterr()
        return Ended(code, shown, told)

    return run
