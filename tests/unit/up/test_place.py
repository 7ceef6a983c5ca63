import socket
import sys

import pytest

from textops.errors import ServiceError
from textops.up.place import Place, Wanted


def taken() -> socket.socket:
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.listen()
    return holder


def wanted(port: int, *, is_asked: bool, host: str = "127.0.0.1") -> Wanted:
    return Wanted(host, port, is_asked, "--port")


def test_the_usual_port_is_taken_where_it_is_free() -> None:
    with taken() as holder:
        port = holder.getsockname()[1]
    place = Place(wanted(port, is_asked=False))
    assert place.url == f"http://127.0.0.1:{port}"
    assert place.may_move
    place.close()


def test_where_the_usual_port_is_taken_any_free_one_does() -> None:
    with taken() as holder:
        port = holder.getsockname()[1]
        place = Place(wanted(port, is_asked=False))
        assert place.port != port
        place.close()


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_that_names_the_option() -> None:
    with taken() as holder, pytest.raises(ServiceError, match=r"Address already in use; .*\(--port, 0 for any free"):
        Place(wanted(holder.getsockname()[1], is_asked=True))


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "x" * 300])
def test_a_host_that_is_none_of_this_machine_is_an_error(host: str) -> None:
    with pytest.raises(ServiceError, match=r"choose an address of this machine \(--host\)"):
        Place(wanted(0, is_asked=False, host=host))


def test_a_place_on_all_addresses_is_reached_on_this_machine() -> None:
    place = Place(wanted(0, is_asked=True, host="0.0.0.0"))  # noqa: S104 (never listens)
    assert place.url == f"http://127.0.0.1:{place.port}"
    assert place.may_move
    place.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a held port cannot be listened on")
def test_the_service_may_listen_on_the_port_that_is_held_for_it() -> None:
    place = Place(wanted(0, is_asked=False))
    assert not place.is_taken()
    with socket.socket() as service:
        service.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        service.bind(("127.0.0.1", place.port))
        service.listen()
        assert place.is_taken()
    place.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot be held")
def test_two_at_once_get_two_ports_before_any_service_listens() -> None:
    first = Place(wanted(0, is_asked=False))
    second = Place(wanted(first.port, is_asked=False))
    assert second.port != first.port
    first.close()
    second.close()
