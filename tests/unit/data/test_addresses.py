import pytest

from textops.data.addresses import Address, parse_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://h/a.csv", Address("https://h/a.csv")),
        (f"https://h/a.csv#sha256={'A1' * 32}", Address("https://h/a.csv", "a1" * 32)),
        ("gs://bucket/a#1.csv", Address("gs://bucket/a#1.csv")),
    ],
)
def test_a_checksum_stands_behind_the_address(text: str, expected: Address) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h/a%20b.csv?x=1/2", "a b.csv"),
        ("gs://b/f/a.csv", "a.csv"),
        ("https://h/", "data"),
        ("https://h", "data"),
    ],
)
def test_the_name_is_the_last_part_of_the_path(url: str, name: str) -> None:
    assert Address(url).name == name


def test_no_secret_is_shown() -> None:
    address = Address("https://ann:hunter2@h/a.csv?sig=abc&v=1")

    assert address.shown == "https://***@h/a.csv?sig=***&v=1"
    assert "hunter2" not in repr(address)
