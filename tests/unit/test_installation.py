from importlib.metadata import version

import pytest

from textops.installation import BASE, Package, install_groups, installed_version


def test_the_base_comes_first_and_every_extra_has_its_packages() -> None:
    groups = install_groups()

    assert next(iter(groups)) == BASE
    assert {"serve", "train", "dev"} <= set(groups)
    assert "numpy" in {package.name for package in groups[BASE]}
    assert "torch" in {package.name for package in groups["train"]}
    assert not {package.name for package in groups[BASE]} & {package.name for package in groups["train"]}


def test_the_version_is_that_of_the_installed_package() -> None:
    (numpy,) = [package for package in install_groups()[BASE] if package.name == "numpy"]

    assert numpy.installed == version("numpy")
    assert numpy.fits
    assert str(numpy) == f"numpy {version('numpy')}"
    assert installed_version("a-package-nobody-made") is None


@pytest.mark.parametrize(
    ("package", "fits", "words"),
    [
        (Package("torch", "==2.13.0", "2.13.0+cpu"), True, "torch 2.13.0+cpu"),
        (Package("torch", "==2.13.0", "2.12.0"), False, "torch 2.12.0 (wanted ==2.13.0)"),
        (Package("numpy", "<3,>=2.1", "2.5.0rc1"), True, "numpy 2.5.0rc1"),
        (Package("numpy", "<3,>=2.1", None), False, "numpy, missing"),
    ],
)
def test_a_package_says_whether_it_fits(package: Package, fits: bool, words: str) -> None:  # noqa: FBT001
    assert package.fits is fits
    assert str(package) == words
