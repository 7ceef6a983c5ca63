import json
from pathlib import Path

from textops.benchmark.serving.texts import CHARACTERS, asked_texts, made_up_texts, write_bodies
from textops.bundle import verify
from textops.data.prepare import prepare
from textops.training.configuration import compose_configuration
from textops.training.source import source_of


def test_without_the_data_set_texts_are_made_up_and_differ(tiny_bundle: Path, tmp_path: Path) -> None:
    # when
    asked = asked_texts(verify(tiny_bundle), tmp_path)
    # then
    assert asked.origin == "made-up text"
    assert len(set(asked.texts)) == len(asked.texts)
    assert {len(text) for text in asked.texts} == {CHARACTERS}


def test_made_up_texts_are_the_same_each_time() -> None:
    assert made_up_texts(2) == made_up_texts(2)


def test_with_the_data_set_texts_are_held_out_ones(tiny_bundle: Path, tmp_path: Path) -> None:
    # given
    source = source_of(compose_configuration(["data=synthetic", "data.synthetic.rows=400", "data.name=tiny"]))
    prepare(source, tmp_path / "tiny")
    # when
    asked = asked_texts(verify(tiny_bundle), tmp_path, count=7)
    # then
    assert asked.origin == "the test set of tiny"
    assert [len(text) for text in asked.texts] == [CHARACTERS] * 7


def test_bodies_are_one_a_line_whatever_the_text(tmp_path: Path) -> None:
    # given
    texts = ["two\nlines \u2028 and more", "größer"]
    # when
    path = write_bodies(tmp_path / "bodies", texts, lambda text: {"text": text})
    # then
    assert [json.loads(line)["text"] for line in path.read_bytes().split(b"\n") if line] == texts
