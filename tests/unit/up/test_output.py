import io
import json

import pytest

from textops.up.output import Output


def written(line: str, *, as_json: bool = False, colour: bool = False) -> str:
    stream = io.StringIO()
    Output(stream, as_json=as_json, colour=colour).write("api", line)
    return stream.getvalue()


def test_a_line_says_whose_it_is() -> None:
    assert written("12:00:00 INFO    serving") == "api   | 12:00:00 INFO    serving\n"


def test_on_a_terminal_with_colours_only_the_name_is_coloured() -> None:
    assert written("\x1b[1mserving\x1b[0m", colour=True) == "\x1b[36mapi   |\x1b[0m \x1b[1mserving\x1b[0m\n"


def test_a_record_in_json_gets_the_name_of_its_service() -> None:
    line = json.dumps({"time": "2026-01-01T00:00:00Z", "level": "INFO", "message": "serving"})
    assert json.loads(written(line, as_json=True)) == {
        "service": "api",
        "time": "2026-01-01T00:00:00Z",
        "level": "INFO",
        "message": "serving",
    }


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "{not json", '{"message"}', "[]", ""])
def test_what_is_no_record_becomes_the_message_of_one(line: str) -> None:
    record = json.loads(written(line, as_json=True))
    assert (record["service"], record["message"], record["level"]) == ("api", line, "INFO")


def test_services_go_on_where_nobody_reads_any_longer() -> None:
    stream = io.StringIO()
    output = Output(stream, as_json=False, colour=False)
    stream.close()
    output.write("api", "one")
    output.write("api", "two")


def test_each_service_gets_a_log_file_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_LOG_FILE", "logs/textops.log")
    settings = Output(None, as_json=True, colour=False).settings_of("drift")
    assert settings["TEXTOPS_LOG_FILE"] == "logs/textops-drift.log"
    assert settings["TEXTOPS_LOG_JSON"] == "true"
    assert settings["NO_COLOR"] == "1"
