"""Building textops where there is a compiler and where there is none."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.integration.sources import copy_sources

pytestmark = pytest.mark.slow


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The sources by themselves, without anything that was compiled."""
    return copy_sources(tmp_path / "sources")


@pytest.mark.parametrize(("compiler", "kernels"), [("cc", 1), ("no-such-compiler", 0)])
def test_the_kernel_is_in_the_wheel_where_it_can_be_compiled_and_no_wheel_fails_for_it(
    sources: Path, tmp_path: Path, compiler: str, kernels: int
) -> None:
    # given
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
    # when
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(sources)],
        check=True,
        env={**os.environ, "CC": compiler},
        cwd=tmp_path,
    )
    # then
    (wheel,) = tmp_path.glob("*.whl")
    found = [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("textops/text/kernel.cpython")]
    assert len(found) == kernels
    assert wheel.name.endswith("-py3-none-any.whl") == (kernels == 0)
