import pytest

from textops.errors import RegistryError
from textops.registry.names import Reference, check_alias, check_name, parse_reference


@pytest.mark.parametrize("name", ["bbc_news", "a", "Fake-News.v2", "7", "x" * 128, "отзывы", "日本"])
def test_a_plain_name_is_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../other", "a/b", "a\\b", ".hidden", "-flag", "a b", "a\n", "a@b", "ä b", "x" * 129],
)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(RegistryError, match="cannot be a model's name"):
        check_name(name)


@pytest.mark.parametrize("alias", ["", "../production", "pro duction", "a/b"])
def test_an_odd_alias_is_refused(alias: str) -> None:
    with pytest.raises(RegistryError, match="cannot be an alias"):
        check_alias(alias)


def test_latest_is_no_alias_that_can_be_moved() -> None:
    with pytest.raises(RegistryError, match="always is the newest"):
        check_alias("latest")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("bbc", Reference("bbc")),
        ("bbc@production", Reference("bbc", alias="production")),
        ("bbc@latest", Reference("bbc", alias="latest")),
        ("bbc/12", Reference("bbc", version=12)),
    ],
)
def test_a_reference_is_taken_apart(reference: str, expected: Reference) -> None:
    assert parse_reference(reference) == expected


@pytest.mark.parametrize(
    "reference",
    ["", "@production", "bbc@", "bbc/", "bbc/one", "bbc/1@production", "../bbc", "a/b/c", "bbc/-1"],
)
def test_what_is_no_reference_is_refused(reference: str) -> None:
    with pytest.raises(RegistryError):
        parse_reference(reference)
