import os

import pytest

from textops.environment import environment_with


def fail_inside() -> None:
    with environment_with({"TEXTOPS_THERE": "within", "TEXTOPS_NEW": "within"}):
        raise ValueError(os.environ["TEXTOPS_THERE"] + os.environ["TEXTOPS_NEW"])


def test_variables_are_what_they_were_also_behind_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_THERE", "before")
    monkeypatch.delenv("TEXTOPS_NEW", raising=False)
    # when
    with pytest.raises(ValueError, match="withinwithin"):
        fail_inside()
    # then
    assert os.environ["TEXTOPS_THERE"] == "before"
    assert "TEXTOPS_NEW" not in os.environ
