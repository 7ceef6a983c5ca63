from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from textops.bundle import CONFIGURATION_FILE, Export, Manifest, Metric, Parity, read_manifest, seal
from textops.errors import BundleError
from textops.registry import Registry, Version
from textops.registry.difference import Line, compare, difference_table

SHIPPED = Export(
    variant="onnx_int8", exact=False, parity=Parity(texts=9, max_difference=0.1, agreement=1.0), reason="test"
)

MakeBundle = Callable[..., Path]


@pytest.fixture
def register(tmp_path: Path, make_bundle: MakeBundle) -> Callable[..., Version]:
    """Register a bundle with a configuration and with parts of its manifest changed."""
    registry = Registry(tmp_path / "registry")

    def register_changed(configuration: str | None = None, **changes: object) -> Version:
        folder = make_bundle(tmp_path / f"bundle{len(registry.versions('tiny'))}")
        manifest: Manifest = read_manifest(folder).model_copy(update=changes)
        if configuration is not None:
            (folder / CONFIGURATION_FILE).write_text(configuration, encoding="utf-8")
        seal(folder, manifest)
        return registry.register(folder)

    return register_changed


def lines(first: Version, second: Version, section: str) -> list[Line]:
    return [line for line in compare(first, second) if line.section == section]


def test_metrics_of_both_are_shown_with_their_difference(register: Callable[..., Version]) -> None:
    first = register()
    better = {
        "accuracy": Metric(value=0.95, low=0.9, high=1.0),
        "ece": Metric(value=0.02, low=0.01, high=0.03),
    }
    second = register(metrics=better)

    assert lines(first, second, "metrics") == [
        Line("metrics", "accuracy", "0.9000 [0.8500, 0.9500]", "0.9500 [0.9000, 1.0000]", "+0.0500"),
        Line("metrics", "ece", "not measured", "0.0200 [0.0100, 0.0300]"),
    ]


def test_only_keys_of_the_configuration_that_differ_are_shown(register: Callable[..., Version]) -> None:
    first = register("optimizer: {lr: 0.1, name: sgd}\nseed: 0\nold: [1, 2]\ntext: Ünïcode\n")
    second = register("optimizer: {lr: 0.3, name: sgd}\nseed: 0\nnew: null\ntext: Ünïcode\n")

    assert lines(first, second, "configuration") == [
        Line("configuration", "optimizer.lr", "0.1", "0.3", "+0.2"),
        Line("configuration", "old", "[1, 2]", "-"),
        Line("configuration", "new", "-", "None"),
    ]


def test_equal_and_missing_configurations_say_so(register: Callable[..., Version]) -> None:
    none, kept, same = register(), register("seed: 0\n"), register("seed: 0\n", temperature=2.0)

    assert lines(none, kept, "configuration") == [Line("configuration", "config.yaml", "not kept", "kept")]
    assert lines(kept, same, "configuration") == [Line("configuration", "all", "the same", "the same")]


def test_other_data_and_classes_are_named(register: Callable[..., Version]) -> None:
    first = register()
    data = first.manifest.data.model_copy(update={"fingerprint": "f" * 64, "train_examples": 10})
    second = register(data=data, classes=("sport", "trade"))

    assert lines(first, second, "data") == [
        Line("data", "name", "tiny", "tiny"),
        Line("data", "fingerprint", "0" * 12, "f" * 12, "other data"),
        Line("data", "training examples", "8", "10", "+2"),
        Line("data", "test examples", "4", "4"),
        Line("data", "classes", "sport, tech", "sport, trade", "-tech, +trade"),
    ]


def test_the_variant_is_always_shown_and_the_rest_of_the_model_where_it_differs(
    register: Callable[..., Version],
) -> None:
    first, second = register(export=None), register(export=SHIPPED, temperature=1.5, git_commit="abc")

    assert lines(first, second, "model") == [
        Line("model", "variant", "not known", "onnx_int8"),
        Line("model", "temperature", "1.0", "1.5", "+0.5"),
        Line("model", "git_commit", "None", "abc"),
    ]


def test_an_altered_configuration_is_refused(register: Callable[..., Version]) -> None:
    first, second = register("seed: 0\n"), register("seed: 1\n")
    (second.path / CONFIGURATION_FILE).write_text("seed: 0\n")

    with pytest.raises(BundleError, match=r"config.yaml of tiny/2 was altered"):
        compare(first, second)


def test_a_configuration_that_is_no_yaml_is_refused(register: Callable[..., Version]) -> None:
    first, second = register("seed: 0\n"), register("seed: [\n")

    with pytest.raises(BundleError, match=r"config.yaml of tiny/2 is no YAML"):
        compare(first, second)


def test_the_table_shows_values_as_they_are(register: Callable[..., Version]) -> None:
    first, second = register("name: '[bold]a[/bold]'\n"), register("name: b\n")
    output = StringIO()

    Console(file=output, width=200).print(difference_table(first, second))

    assert "tiny/1" in output.getvalue()
    assert "[bold]a[/bold]" in output.getvalue()


def test_a_bundle_of_somebody_does_not_steer_the_terminal(register: Callable[..., Version]) -> None:
    # given
    output = StringIO()
    first, second = register(), register(classes=("\x1b]0;title\x07sport", "te\x9b31mch"))
    # when
    Console(file=output, width=200).print(difference_table(first, second))
    # then
    shown = output.getvalue()
    assert r"\x1b]0;title\x07sport" in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
