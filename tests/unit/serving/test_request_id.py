import pytest

from textops.serving.request_id import HEADER, request_id


@pytest.mark.parametrize("given", [b"a", b"order-66.a_b", b"x" * 128])
def test_a_harmless_id_is_kept(given: bytes) -> None:
    assert request_id({HEADER: given}) == given.decode()


@pytest.mark.parametrize("given", [b"", b"x" * 129, b"a b", b"a\n", b"a\r\nb", b"\xff", b"a;b", "é".encode()])
def test_any_other_is_replaced(given: bytes) -> None:
    made = request_id({HEADER: given})

    assert len(made) == 32
    assert int(made, 16) >= 0


def test_no_two_are_made_alike() -> None:
    assert len({request_id({}) for _ in range(1_000)}) == 1_000
