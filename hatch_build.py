"""Compiles what is optional while textops is installed; without a compiler the installation goes on without it."""

import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension

MODULE = "textops.text.kernel"
SOURCE = "src/textops/text/kernel.c"
INCLUDED = "src/textops/text/kernel_batch.h"
COMPILED = "src/textops/text/kernel.*.so"


class KernelHook(BuildHookInterface):  # type: ignore[type-arg] # the configuration of hatchling is its own affair
    """Compiles the kernel into the sources, beside the modules that use it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (the signature of hatchling)
        """Add the compiled kernel to the wheel, and say in its name that it is for one platform."""
        root = Path(self.root)
        for old in root.glob(COMPILED):
            old.unlink()
        compile_kernel(root)
        if not list(root.glob(COMPILED)):
            self.app.display_warning("textops is installed without its compiled kernel, which makes it slower")
            return
        build_data["artifacts"].append(COMPILED)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def compile_kernel(root: Path) -> None:
    """Compile the kernel of the sources below a folder; where that fails, setuptools says why and goes on."""
    extension = Extension(
        MODULE, [str(root / SOURCE)], depends=[str(root / INCLUDED)], extra_compile_args=["-O3"], optional=True
    )
    distribution = Distribution({"name": "textops", "ext_modules": [extension]})
    command = distribution.get_command_obj("build_ext")
    with tempfile.TemporaryDirectory() as folder:
        command.build_lib, command.build_temp = str(root / "src"), folder  # type: ignore[attr-defined] # set by name
        command.ensure_finalized()
        command.run()
