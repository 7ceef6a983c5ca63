from pathlib import Path

import pytest

from automation.image_catalogue import DOCKERFILES, IMAGES, ROOT, USER, Image, chosen_images


def final_stage(path: Path) -> str:
    return path.read_text(encoding="utf-8").rpartition("\nFROM ")[2]


def test_every_image_has_its_file_and_every_file_its_image() -> None:
    files = {path.stem for path in DOCKERFILES.glob("*.dockerfile")} - {"stand-in"}

    assert files == {image.name for image in IMAGES}


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_the_final_stage_is_nobodys_and_says_where_it_comes_from(image: Image) -> None:
    stage = final_stage(image.dockerfile)

    assert f"USER {USER}:{USER}" in stage
    assert "image.version=" in stage
    assert "image.revision=" in stage
    assert "install" not in stage.replace("--from=installed", "")


@pytest.mark.parametrize("image", [image for image in IMAGES if image.port], ids=lambda image: image.name)
def test_a_service_says_how_it_is_asked_and_honours_port(image: Image) -> None:
    stage = final_stage(image.dockerfile)

    assert f'"{image.health}", "{image.port}"' in stage
    assert "${PORT:-" in stage
    assert "exec textops" in stage


def test_the_wheel_is_built_by_the_same_lines_everywhere_so_that_it_is_built_once() -> None:
    def wheel(path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        return text[text.index("FROM ${BUILD_BASE} AS builder") : text.index("FROM builder AS installed")]

    assert len({wheel(image.dockerfile) for image in IMAGES}) == 1


def test_training_and_what_follows_share_their_layers() -> None:
    def layers(name: str) -> str:
        text = (DOCKERFILES / f"{name}.dockerfile").read_text(encoding="utf-8")
        return text[text.index("FROM builder AS installed") : text.index("\nENV PATH=")]

    assert layers("train") == layers("evaluate")


def test_nothing_private_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert "**/.env*" in rules
    assert not {rule for rule in rules if rule.startswith(("!data", "!models", "!outputs", "!.git"))}


def test_images_are_chosen_by_name() -> None:
    assert [image.name for image in chosen_images("drift, api")] == ["drift", "api"]
    assert chosen_images("") == IMAGES
    with pytest.raises(ValueError, match="there is no image 'apy': choose from api, drift"):
        chosen_images("api,apy")
