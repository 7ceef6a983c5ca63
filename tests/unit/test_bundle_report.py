from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import read_manifest, verify
from textops.bundle_report import REPORT_FILE, parse_report, report_of
from textops.errors import BundleError

if TYPE_CHECKING:
    from tests.conftest import AddReport, BundleFactory


@pytest.fixture
def bundle(tmp_path: Path, make_bundle: "BundleFactory") -> Path:
    return make_bundle(tmp_path / "bundle")


def test_a_bundle_without_report_is_a_bundle(bundle: Path) -> None:
    assert report_of(bundle, verify(bundle)) is None


def test_a_report_is_sealed_with_the_bundle_and_read_as_it_was_written(bundle: Path, add_report: "AddReport") -> None:
    report = add_report(bundle)

    assert report_of(bundle, verify(bundle)) == report
    assert REPORT_FILE in read_manifest(bundle).files


def test_an_altered_report_is_not_believed_and_the_bundle_refused(bundle: Path, add_report: "AddReport") -> None:
    # given
    add_report(bundle)
    (bundle / REPORT_FILE).write_text((bundle / REPORT_FILE).read_text().replace("0.9", "1.0"))
    # then
    assert report_of(bundle, read_manifest(bundle)) is None
    with pytest.raises(BundleError, match=f"{REPORT_FILE} was altered"):
        verify(bundle)


def test_a_report_that_went_away_is_none(bundle: Path, add_report: "AddReport") -> None:
    add_report(bundle)
    (bundle / REPORT_FILE).unlink()

    assert report_of(bundle, read_manifest(bundle)) is None


def test_a_report_of_another_schema_is_passed_over(bundle: Path, add_report: "AddReport") -> None:
    add_report(bundle, schema_version=99)

    assert report_of(bundle, verify(bundle)) is None
    assert parse_report(b'{"schema_version": 99, "what": "comes later"}', "report") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"schema_version": 1}', b"\xff"])
def test_what_is_no_report_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(BundleError, match="here is not valid at") as refused:
        parse_report(content, "here")
    assert "\n" not in str(refused.value)
