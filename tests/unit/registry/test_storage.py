import sys
from pathlib import Path

import pytest

from textops.errors import RegistryError
from textops.registry.folder_storage import FolderStorage
from textops.registry.storage import open_storage


def test_a_path_is_a_folder(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))

    assert isinstance(storage, FolderStorage)
    assert storage.root == tmp_path


@pytest.mark.parametrize("address", ["s3://bucket/models", "https://host/models", "file:///models"])
def test_other_addresses_are_refused_in_one_line(address: str) -> None:
    with pytest.raises(RegistryError, match=r"cannot lie at .*set TEXTOPS_REGISTRY to a folder or to gs://"):
        open_storage(address)


def test_a_bucket_without_gcsfs_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs.core", None)

    with pytest.raises(RegistryError, match=r"gs://bucket/models needs gcsfs.*pip install 'textops\[gcp\]'"):
        open_storage("gs://bucket/models")


@pytest.mark.parametrize(
    "address", ["gs://", "gs://Bucket", "gs://bucket//models", "gs://bucket/../models", "gs://bucket/a*", "gs://b u/x"]
)
def test_an_address_that_is_no_place_in_a_bucket_is_refused(address: str) -> None:
    with pytest.raises(RegistryError, match="is no place for a registry: set TEXTOPS_REGISTRY"):
        open_storage(address)
