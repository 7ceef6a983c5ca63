import os
import threading
import time
import uuid

import pytest

from textops.prediction_log import created_at, new_prediction_id, random_hex


def test_an_id_is_a_uuid_of_version_7_that_tells_its_age() -> None:
    # given
    begin = time.time()
    # when
    name = new_prediction_id()
    # then
    parsed = uuid.UUID(name)
    assert str(parsed) == name
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    moment = created_at(name)
    assert moment is not None
    assert begin - 0.001 <= moment <= time.time()


def test_ids_differ_between_threads_and_follow_the_time() -> None:
    # given
    found: list[str] = []
    # when
    threads = [
        threading.Thread(target=lambda: found.extend(new_prediction_id() for _ in range(2_000))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(0.002)
    # then
    assert len(set(found)) == 8_000
    assert new_prediction_id() > max(found)


def test_a_forked_process_gives_other_ids_than_its_parent() -> None:
    # given: a supply that both have
    random_hex()
    receiving, sending = os.pipe()
    # when
    child = os.fork()
    if child == 0:
        os.write(sending, random_hex().encode())
        os._exit(0)
    os.waitpid(child, 0)
    # then
    given = os.read(receiving, 100).decode()
    os.close(receiving)
    os.close(sending)
    assert len(given) == 32
    assert given not in {random_hex() for _ in range(1_000)}


@pytest.mark.parametrize(
    "other",
    [
        "",
        "x",
        "01a208f3-5037-4c90-a42f-04368abea038",
        "01a208f3-5037-7c90-c42f-04368abea038",
        "01A208F3-5037-7C90-A42F-04368ABEA038",
        "01a208f3-5037-7c90-a42f-04368abea038\n",
        "0" * 36,
        "٠1a208f3-5037-7c90-a42f-04368abea038",
    ],
)
def test_other_ids_tell_no_age(other: str) -> None:
    assert created_at(other) is None
