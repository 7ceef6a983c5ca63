from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from textops.bundle import MANIFEST_FILE, read_manifest, verify
from textops.errors import BundleError

if TYPE_CHECKING:
    from tests.unit.bundle.conftest import Rewrite


def test_a_folder_that_is_not_there_or_no_bundle_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no bundle at"):
        read_manifest(tmp_path / "nowhere")
    with pytest.raises(BundleError, match="is not a bundle"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda document: document.pop("classes"), "classes"),
        (lambda document: document.update(classes=["only"]), "classes"),
        (lambda document: document.update(classes=["a", "a"]), "classes: .*named twice"),
        (lambda document: document.update(temperature=0), "temperature"),
        (lambda document: document["review"].update(below=2), "review/below"),
        (lambda document: document.update(unheard="of"), "unheard"),
    ],
)
def test_a_manifest_that_is_not_valid_names_the_place(
    bundle: Path, rewrite: "Rewrite", change: Callable[[dict[str, Any]], None], where: str
) -> None:
    rewrite(change)

    with pytest.raises(BundleError, match=f"is not valid at {where}") as error:
        verify(bundle)

    assert "\n" not in str(error.value)


def test_a_manifest_that_is_no_json_is_one_line(bundle: Path) -> None:
    (bundle / MANIFEST_FILE).write_text("{")

    with pytest.raises(BundleError, match="is not valid at the document"):
        read_manifest(bundle)


@pytest.mark.parametrize(
    ("before", "after"),
    [('"sport"', '"spork"'), ('"temperature": 1', '"temperature": 3'), ('"own_hash"', '"own_harm"'), (": 5,", ": 4,")],
)
def test_a_manifest_that_was_altered_and_still_can_be_read_is_refused(bundle: Path, before: str, after: str) -> None:
    # given
    path = bundle / MANIFEST_FILE
    content = path.read_text()
    assert before in content
    path.write_text(content.replace(before, after, 1))
    # then
    with pytest.raises(BundleError, match=r"was altered|is not valid at own_h"):
        verify(bundle)


def test_a_manifest_without_the_hash_that_its_schema_has_is_refused(bundle: Path, rewrite: "Rewrite") -> None:
    rewrite(lambda document: document.pop("own_hash"))

    with pytest.raises(BundleError, match="was altered"):
        verify(bundle)


def test_a_manifest_that_was_laid_out_anew_says_the_same(bundle: Path, rewrite: "Rewrite") -> None:
    before = verify(bundle)
    rewrite(lambda _document: None)

    assert verify(bundle) == before


def test_a_manifest_of_another_schema_is_refused(bundle: Path, rewrite: "Rewrite") -> None:
    rewrite(lambda document: document.update(schema_version=99))

    with pytest.raises(BundleError, match="has schema version 99, this textops reads 1 and 2"):
        read_manifest(bundle)


def test_a_bundle_of_the_first_schema_is_read_without_what_it_lacks(bundle: Path, rewrite: "Rewrite") -> None:
    # given
    def as_of_old(document: dict[str, Any]) -> None:
        document["schema_version"] = 1
        del document["export"], document["own_hash"]

    rewrite(as_of_old)
    # when
    manifest = verify(bundle)
    # then
    assert manifest.export is None
