from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, read_manifest, seal, verify
from textops.errors import BundleError
from textops.files import sha256_of_file

if TYPE_CHECKING:
    from tests.unit.bundle.conftest import Rewrite


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
def test_a_listed_file_outside_the_bundle_is_refused(bundle: Path, rewrite: "Rewrite", name: str) -> None:
    rewrite(lambda document: document["files"].update({name: "0" * 64}))

    with pytest.raises(BundleError, match="lies outside the bundle"):
        verify(bundle)


def test_a_manifest_that_does_not_list_the_model_is_refused(bundle: Path, rewrite: "Rewrite") -> None:
    rewrite(lambda document: document["files"].pop(MODEL_FILE))

    with pytest.raises(BundleError, match=f"does not list {MODEL_FILE}"):
        verify(bundle)


def test_a_file_may_be_a_link_to_the_same_content(bundle: Path, tmp_path: Path) -> None:
    # Data versioning and mounted volumes put links where files were.
    (bundle / MODEL_FILE).rename(tmp_path / "cache")
    (bundle / MODEL_FILE).symlink_to(tmp_path / "cache")

    assert verify(bundle).name == "tiny"
