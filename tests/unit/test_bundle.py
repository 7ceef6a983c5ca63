import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textops.bundle import (
    CARD_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    own_hash_of,
    read_manifest,
    seal,
    verify,
)
from textops.errors import BundleError
from textops.files import sha256_of_file


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A bundle of the test's own."""
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def rewrite(bundle: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what the manifest says, as somebody would who made it so."""
    path = bundle / MANIFEST_FILE
    document = json.loads(path.read_text())
    change(document)
    if "own_hash" in document:
        document["own_hash"] = own_hash_of(document)
    path.write_text(json.dumps(document))


def test_a_sealed_folder_verifies_and_lists_every_file(bundle: Path) -> None:
    manifest = verify(bundle)

    assert set(manifest.files) == {MODEL_FILE, TOKENIZER_FILE, CARD_FILE}
    assert manifest.files[MODEL_FILE] == sha256_of_file(bundle / MODEL_FILE)


def test_sealing_again_takes_new_files_in(bundle: Path) -> None:
    (bundle / "figures").mkdir()
    (bundle / "figures/confusion.png").write_bytes(b"png")

    seal(bundle, read_manifest(bundle))

    assert "figures/confusion.png" in verify(bundle).files


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_folder_without_a_required_file_is_not_sealed(bundle: Path, name: str) -> None:
    manifest = read_manifest(bundle)
    (bundle / name).unlink()

    with pytest.raises(BundleError, match=f"has no {name}"):
        seal(bundle, manifest)


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE, CARD_FILE])
def test_one_changed_byte_in_any_file_is_noticed(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[-1] ^= 1
    (bundle / name).write_bytes(content)

    with pytest.raises(BundleError, match=f"{name} was altered: its SHA-256 is"):
        verify(bundle)


def test_a_missing_file_is_noticed(bundle: Path) -> None:
    (bundle / CARD_FILE).unlink()

    with pytest.raises(BundleError, match=f"misses {CARD_FILE}"):
        verify(bundle)


def test_a_file_that_nobody_listed_is_noticed(bundle: Path) -> None:
    # A model could take its weights from such a file, past every hash.
    (bundle / "model.onnx.data").write_bytes(b"weights")

    with pytest.raises(BundleError, match=r"holds model\.onnx\.data, which its bundle\.json does not list"):
        verify(bundle)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname"])
def test_a_listed_file_outside_the_bundle_is_refused(bundle: Path, name: str) -> None:
    rewrite(bundle, lambda document: document["files"].update({name: "0" * 64}))

    with pytest.raises(BundleError, match="lies outside the bundle"):
        verify(bundle)


def test_a_manifest_that_does_not_list_the_model_is_refused(bundle: Path) -> None:
    rewrite(bundle, lambda document: document["files"].pop(MODEL_FILE))

    with pytest.raises(BundleError, match=f"does not list {MODEL_FILE}"):
        verify(bundle)


def test_a_file_may_be_a_link_to_the_same_content(bundle: Path, tmp_path: Path) -> None:
    # Data versioning and mounted volumes put links where files were.
    (bundle / MODEL_FILE).rename(tmp_path / "cache")
    (bundle / MODEL_FILE).symlink_to(tmp_path / "cache")

    assert verify(bundle).name == "tiny"


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
    bundle: Path, change: Callable[[dict[str, Any]], None], where: str
) -> None:
    rewrite(bundle, change)

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


def test_a_manifest_without_the_hash_that_its_schema_has_is_refused(bundle: Path) -> None:
    rewrite(bundle, lambda document: document.pop("own_hash"))

    with pytest.raises(BundleError, match="was altered"):
        verify(bundle)


def test_a_manifest_that_was_laid_out_anew_says_the_same(bundle: Path) -> None:
    before = verify(bundle)
    rewrite(bundle, lambda _document: None)

    assert verify(bundle) == before


def test_a_manifest_of_another_schema_is_refused(bundle: Path) -> None:
    rewrite(bundle, lambda document: document.update(schema_version=99))

    with pytest.raises(BundleError, match="has schema version 99, this textops reads 1 and 2"):
        read_manifest(bundle)


def test_a_bundle_of_the_first_schema_is_read_without_what_it_lacks(bundle: Path) -> None:
    # given
    def as_of_old(document: dict[str, Any]) -> None:
        document["schema_version"] = 1
        del document["export"], document["own_hash"]

    rewrite(bundle, as_of_old)
    # when
    manifest = verify(bundle)
    # then
    assert manifest.export is None
