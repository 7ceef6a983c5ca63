"""The wheel: built, looked into, and used where nothing else of ours is."""

import shlex
import tempfile
import venv
import zipfile
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit

from automation.python_modules import ROOT, run_module
from automation.requirement_files import ALL, REQUIREMENTS

_IMPORTS_WITHOUT_TORCH = """
import importlib.util, sys
for name in ("torch", "pytorch_lightning", "pyarrow", "matplotlib"):
    assert importlib.util.find_spec(name) is None, f"{name} is installed"
import textops.inference, textops.serving, textops.serving.api, textops.registry, textops.cli
assert "torch" not in sys.modules
"""


def try_wheel(context: Context) -> None:
    """Build the wheel, look into it, and use it in a fresh environment that can serve but not train.

    Raises:
        Exit: If something is missing in it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ("--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", name)
        run_module(context, "pip", "wheel", *options, ".")
        (wheel,) = folder.glob("textops-*.whl")
        _look_into(wheel)
        venv.create(folder / "fresh", with_pip=True)
        python = str(folder / "fresh/bin/python")
        install = ["-m", "pip", "install", "--quiet", "-c", str(REQUIREMENTS / f"{ALL}.txt"), f"{wheel}[serve]"]
        # Not from the root, where the sources could be imported instead of the wheel.
        with context.cd(folder):
            context.run(shlex.join([python, *install]))
            context.run(shlex.join([python, "-c", _IMPORTS_WITHOUT_TORCH]))
            context.run(shlex.join([str(folder / "fresh/bin/textops"), "doctor"]))


def _look_into(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = ["textops/py.typed", *(f"textops/{path.relative_to(ROOT)}" for path in ROOT.glob("configs/**/*.yaml"))]
    missing = [name for name in wanted if name not in names]
    licence = any(name.endswith("/LICENSE") for name in names)
    if missing or not licence:
        raise Exit(f"the wheel lacks {', '.join(missing) or 'LICENSE'}: see tool.hatch in pyproject.toml")
