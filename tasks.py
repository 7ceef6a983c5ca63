"""The one vocabulary for people, hooks and CI: `invoke --list`, or `.venv/bin/invoke --list` after `make test`.

Every task uses the tools of the environment that runs invoke, from the root of the project.
"""

import os
import shlex
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import Task, task

from automation import ci, cloud_function, data_versions, gcp, images, release
from automation.diagram import draw_diagram
from automation.one_line import in_one_line
from automation.python_modules import ROOT, run_module
from automation.report_tables import documents, page_settings, with_reports
from automation.requirement_files import write_requirements
from automation.staged_model import model_of_event
from automation.wheel import try_wheel

CODE = ("src", "tests", "tasks.py", "automation", "deploy")
LEAST_COVERAGE = 90

# What a task leaves in the tree, and nothing that people made: data/, models/ and outputs/ stay.
LEFTOVERS = (
    ".coverage",
    ".coverage.*",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "build",
    "coverage.xml",
    "dist",
    "htmlcov",
    "site",
    "src/**/__pycache__",
    "tests/**/__pycache__",
)


@task(
    name="test",
    help={
        "fast": "Leave out tests that train a model or start a process.",
        "coverage": f"Measure branch coverage, also in the processes that tests start; below {LEAST_COVERAGE} % fails.",
        "only": "Only tests whose names fit this expression.",
    },
)
def run_tests(context: Context, fast: bool = False, coverage: bool = False, only: str = "") -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Run the tests."""
    # A worker for each processor; who runs out of tests takes some of another's.
    arguments = ["--numprocesses", "logical", "--dist", "worksteal"]
    if fast:
        arguments += ["-m", "not slow"]
    if only:
        arguments += ["-k", only]
    if coverage:
        arguments += ["--cov", "--cov-branch", "--cov-report=term"]
    # A part of the tests covers a part of the code.
    if coverage and not fast and not only:
        arguments += [f"--cov-fail-under={LEAST_COVERAGE}"]
    # Hundreds of processes are started: without compiled files, as some containers want it, each compiles all of it.
    run_module(context, "pytest", *arguments, PYTHONDONTWRITEBYTECODE="")


@task
def api_tests(context: Context) -> None:
    """Test the API as it runs: a started server, its schema fuzzed, raw HTTP, the prediction log in a database."""
    names = ("server", "api_schema", "raw_http", "lifecycle", "open_inference", "prediction_log", "streaming")
    run_module(context, "pytest", "tests/unit/serving", *(f"tests/integration/test_{name}.py" for name in names))


@task(help={"data": "Folder of a prepared data set; without it, one made here."})
def data_tests(context: Context, data: str = "") -> None:
    """Test prepared data as a training finds them: whole, nothing twice, nothing on both sides of the split."""
    tests = ROOT / "tests" / "datatests"
    context.run(shlex.join([sys.executable, "-m", "pytest", str(tests)]), env={"DATA_FOLDER": data})


@task(help={"model": "name@alias, name/3, a bundle's folder, or an artifact of W&B; without it, one made here."})
def model_tests(context: Context, model: str = "") -> None:
    """Test a model where it will run: 100 answers within the latency budget."""
    tests = ROOT / "tests" / "performancetests"
    context.run(shlex.join([sys.executable, "-m", "pytest", str(tests)]), env={"MODEL_NAME": model})


@task(help={"seconds": "How long.", "first-seed": "Makes the same files again; by default others each day."})
def fuzz(context: Context, seconds: float = 60.0, first_seed: int = 0) -> None:  # noqa: ARG001 - invoke gives a context
    """Read made-up files of every format; one that breaks a reader is kept as a test, and the task fails."""
    # Loads hypothesis and the readers, which no other task wants.
    from automation.fuzzing import BrokenReaderError
    from automation.fuzzing import fuzz as read_made_up_files

    begun = first_seed or datetime.now(UTC).toordinal() * 10_000
    try:
        files, rows = read_made_up_files(seconds, begun)
    except BrokenReaderError as error:
        raise Exit(str(error), code=1) from error
    sys.stdout.write(f"{files:,} files read or refused in one line, {rows:,} rows came of them; first seed {begun}\n")


@task
def bad_input(_context: Context) -> None:
    """Try files that are damaged, half written or far too large, and write what becomes of them into reports/."""
    from automation.bad_input import write_table

    write_table()


@task
def memory_growth(context: Context) -> None:
    """Send a service 200,000 requests and see that its memory does not grow; the tests send fewer."""
    test = ROOT / "tests" / "integration" / "test_memory_growth.py"
    with context.prefix("export TEXTOPS_TEST_REQUESTS=200000"):
        run_module(context, "pytest", str(test), "--capture=no")


@task(
    help={
        "host": "Address of the service; without it, one is started with the model in production.",
        "users": "Users who ask.",
        "spawn-rate": "Users who begin in a second.",
        "seconds": "How long they ask.",
        "max-error-share": "Most requests that may fail, as share of all.",
        "max-p95": "Milliseconds in which 95 of 100 single texts must be answered.",
        "max-p99": "Milliseconds in which 99 of 100 single texts must be answered.",
        "min-throughput": "Least requests a second.",
    },
)
def loadtest(  # noqa: PLR0913, PLR0917 (options of the task)
    context: Context,
    host: str = "",
    users: int = 20,
    spawn_rate: float = 10.0,
    seconds: float = 30.0,
    max_error_share: float = 0.01,
    max_p95: float = 250.0,
    max_p99: float = 500.0,
    min_throughput: float = 1.0,
) -> None:
    """Let four kinds of users ask a service; ends with 1 where it does not keep to a threshold."""
    options = {
        "users": users,
        "spawn-rate": spawn_rate,
        "seconds": seconds,
        "max-error-share": max_error_share,
        "max-p95": max_p95,
        "max-p99": max_p99,
        "min-throughput": min_throughput,
        **({"host": host} if host else {}),
    }
    run_module(context, "textops.benchmark.serving.loadtest", *(f"--{name}={value}" for name, value in options.items()))


@task
def lint(context: Context) -> None:
    """Look for mistakes and for code that is not formatted."""
    run_module(context, "ruff", "check", *CODE)
    run_module(context, "ruff", "format", "--check", *CODE)


@task(name="format")
def format_code(context: Context) -> None:
    """Format the code and mend what can be mended safely."""
    run_module(context, "ruff", "check", "--fix-only", *CODE)
    run_module(context, "ruff", "format", *CODE)


@task(help={"processes": "That check at once; several give up where others leave them no processor."})
def types(context: Context, processes: str = "auto") -> None:
    """Check the types, strictly."""
    run_module(context, "mypy", *([] if processes == "1" else ["--num-workers", processes]))


@task
def contracts(context: Context) -> None:
    """Check which room imports which."""
    # The package has no module to run; its script lies beside the interpreter.
    with context.cd(ROOT):
        context.run(shlex.join([str(Path(sys.executable).with_name("lint-imports"))]))


@task(pre=[lint, types, contracts, run_tests])
def check(_context: Context) -> None:
    """Do all that CI does, but for the package."""


@task
def package(context: Context) -> None:
    """Build the wheel, look into it, and use it in a fresh environment that can serve but not train."""
    try_wheel(context)


@task(help={"upgrade": "Take the newest versions that fit, instead of keeping what fits."})
def requirements(context: Context, upgrade: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Write requirements/*.txt from pyproject.toml, for each install group."""
    write_requirements(context, upgrade=upgrade)


@task
def tables(context: Context) -> None:
    """Copy what the benchmarks wrote, and what the code says, into README.md and docs/, between their markers."""
    run_module(context, "textops.serving.settings_table", "reports/serving_settings.md")
    run_module(context, "textops.monitoring.settings_table", "reports/drift_settings.md")
    run_module(context, "deploy.gcp.identities_table", "reports/cloud_identities.md")
    (ROOT / "reports" / "page_settings.md").write_text(page_settings(), encoding="utf-8")
    for path in documents():
        path.write_text(with_reports(path.read_text(encoding="utf-8")), encoding="utf-8")


@task
@in_one_line
def staged_model(_context: Context) -> None:
    """Say which version a workflow is about, from its event ($STAGED) or from a person ($CHOSEN), to $GITHUB_OUTPUT."""
    model = model_of_event(os.environ.get("STAGED", ""), os.environ.get("CHOSEN", ""))
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"model={model}\n")


@task
@in_one_line
def diagram(_context: Context) -> None:
    """Draw the architecture diagram from docs/architecture.dot into reports/figures/."""
    draw_diagram()


@task
@in_one_line
def screenshots(_context: Context) -> None:
    """Take a picture of every page, with a real model and live traffic, into reports/figures/; takes minutes."""
    # Loads a browser's driver, which no other task wants.
    from automation.screenshots import take_pictures

    take_pictures()


@task(help={"serve": "Show the site while you write, instead of building it once."})
def docs(context: Context, serve: bool = False) -> None:  # noqa: FBT001, FBT002 - option of invoke
    """Build the documentation strictly into site/."""
    with context.prefix("export NO_MKDOCS_2_WARNING=1"):  # a notice of the theme's makers, not about this site
        run_module(context, "mkdocs", *(["serve"] if serve else ["build", "--quiet"]))


@task
def dashboard(context: Context) -> None:
    """Write the Grafana dashboard from its source, textops.monitoring.dashboard."""
    run_module(context, "textops.monitoring.dashboard", "deploy/grafana/dashboards/textops.json")


@task
def clean(_context: Context) -> None:
    """Remove what tasks leave behind; data/, models/, outputs/ and .venv stay."""
    for pattern in LEFTOVERS:
        for path in list(ROOT.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


namespace = Collection(*(each for each in list(globals().values()) if isinstance(each, Task)))
for module in (ci, gcp, images, release):
    namespace.add_collection(Collection.from_module(module))
namespace.add_collection(Collection.from_module(data_versions), "data")
namespace.add_collection(Collection.from_module(cloud_function), "function")
