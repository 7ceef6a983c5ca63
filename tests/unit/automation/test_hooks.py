"""Each hook that looks at a file finds the fault that it is there for."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
CONFIGURATION = ROOT / ".pre-commit-config.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))["repos"][0]["hooks"]}
# They look at the whole project, not at a file.
WHOLE = ("types", "contracts", "tables")
CHECKOUT = "jobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@"
FAULTS = {
    "trailing-whitespace": ("a.txt", "a line \n"),
    "end-of-file": ("b.txt", "no end"),
    "yaml": ("c.yaml", "a: [1\n"),
    "toml": ("d.toml", "a = [\n"),
    "json": ("reports/e.json", '{"a": 1,}\n'),
    "large-files": ("f.bin", "x" * 1_100_000),
    # Put together here, as the hooks look at this file too.
    "merge-marks": ("g.md", "<" * 7 + " HEAD\nours\n" + "=" * 7 + "\ntheirs\n" + ">" * 7 + " theirs\n"),
    "private-keys": ("h.txt", "-----BEGIN RSA " + "PRIVATE KEY-----\nabc\n"),
    "ruff": ("i.py", "import os\n"),
    "ruff-format": ("j.py", "x = {  1:2 }\n"),
    "shellcheck": ("k.sh", "#!/bin/bash\necho $1\n"),
    "hadolint": ("dockerfiles/l.dockerfile", "FROM python\nRUN apt-get install gcc\n"),
    "actionlint": (".github/workflows/m.yaml", f"on: push\n{CHECKOUT}v6\n        if: ${{{{ stepz.x }}}}\n"),
    "zizmor": (
        ".github/actions/n/action.yaml",
        "name: n\ndescription: n\nruns:\n  using: composite\n  steps:\n    - uses: actions/setup-python@v6\n",
    ),
    "spelling": ("reports/o.md", "recieve\n"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each hook said of a repository that holds every fault."""
    # given
    folder = tmp_path_factory.mktemp("repository")
    (folder / CONFIGURATION.name).write_bytes(CONFIGURATION.read_bytes())
    for name, content in FAULTS.values():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    scripts = Path(sys.executable).parent
    # A hook may run these tests: what Git tells its hooks is about another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "PATH": f"{scripts}{os.pathsep}{environment['PATH']}",
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("home")),
        "SKIP": ",".join(WHOLE),
    }
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=folder, env=environment, check=True, timeout=180)
    # when
    command = [str(scripts / "pre-commit"), "run", "--all-files", "--color=never"]
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    said = dict(re.findall(r"^(.+?)\.{3,}.*?(Passed|Failed|Skipped)$", finished.stdout, re.MULTILINE))
    return {name: said[hook["name"]] for name, hook in HOOKS.items()}


@pytest.mark.parametrize("hook", FAULTS)
def test_a_planted_fault_is_found(hook: str, outcomes: dict[str, str]) -> None:
    assert outcomes[hook] == "Failed"


def test_a_fault_is_planted_for_each_hook() -> None:
    assert sorted([*FAULTS, *WHOLE]) == sorted(HOOKS)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "docs/serving.md",
        "reports/benchmarks/quality.md",
        "reports/serving_settings.md",
        "src/textops/serving/settings.py",
        "src/textops/serving/settings_table.py",
        "src/textops/monitoring/thresholds.py",
        "deploy/gcp/identities.py",
        "tasks.py",
    ],
)
def test_whatever_a_table_is_made_of_brings_the_tables_up_to_date(path: str) -> None:
    # given
    configuration = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    # then
    assert re.search(HOOKS["tables"]["files"], path)
    assert not re.search(configuration.get("exclude", "^$"), path)
    assert not re.search(HOOKS["tables"].get("exclude", "^$"), path)
