"""File, registry, message, file: nothing is lost on the way, nor between one start and the next."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.formats.message import StructureMessage
from gateway.formats.table import STRUCTURE_21
from gateway.model.artefact import Artefact, ItemScheme
from gateway.registry import definitions
from gateway.registry.checking import read_folder
from gateway.registry.reading import read_file
from tests.conftest import DSD
from tests.definitions import HEADER, written

FILES = sorted(DSD.glob("*.xml"))


@pytest.fixture(scope="module")
def stated() -> dict[str, list[Artefact]]:
    """What each file states."""
    return {path.name: list(read_file(path)) for path in FILES}


@pytest.mark.parametrize("name", [path.name for path in FILES])
def test_what_is_written_is_what_was_read(
    stated: dict[str, list[Artefact]], name: str, tmp_path: Path
) -> None:
    """Names in both languages, order, parents, attachments, pairs of maps, flags."""
    message = StructureMessage(HEADER, tuple(stated[name]))
    copy = tmp_path / name

    copy.write_bytes(written(STRUCTURE_21, message))

    assert stated[name]
    assert list(read_file(copy)) == stated[name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small dsd/: a code list alone."""
    folder = tmp_path / "dsd"
    folder.mkdir()
    (folder / "CL_SEX.xml").write_bytes((DSD / "SDMX-CL_SEX-2.1.xml").read_bytes())
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where definitions are kept between starts."""
    return tmp_path / "cache"


def change(folder: Path) -> None:
    """Another word in the one file."""
    path = folder / "CL_SEX.xml"
    path.write_text(path.read_text("utf-8").replace("Female", "Women"), encoding="utf-8")


def words(artefacts: tuple[Artefact, ...]) -> list[str]:
    """The English names of all codes."""
    return [
        item.name.en for each in artefacts if isinstance(each, ItemScheme) for item in each.items
    ]


def test_a_second_start_finds_the_same(kept: Path) -> None:
    """All that the region's files state, every class of artefact included."""
    first = definitions(DSD, kept)
    second = definitions(DSD, kept)

    assert first == second == read_folder(DSD)


def test_a_second_start_does_not_read_the_files(folder: Path, kept: Path) -> None:
    """What is kept is what is given: here it is made to say something else."""
    definitions(folder, kept)
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes().replace(b"Female", b"FEMALE"))

    assert "FEMALE" in words(definitions(folder, kept))


def test_a_changed_file_is_read_again(folder: Path, kept: Path) -> None:
    definitions(folder, kept)
    change(folder)

    assert "Women" in words(definitions(folder, kept))
    assert len([*kept.iterdir()]) == 1


def test_a_new_file_and_a_lost_one_are_noticed(folder: Path, kept: Path) -> None:
    definitions(folder, kept)
    (folder / "CL_FREQ.xml").write_bytes((DSD / "SDMX-CL_FREQ-2.1.xml").read_bytes())

    assert {each.id for each in definitions(folder, kept)} == {"CL_SEX", "CL_FREQ"}
    (folder / "CL_SEX.xml").unlink()
    assert {each.id for each in definitions(folder, kept)} == {"CL_FREQ"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: b"\xc1" + content,
        lambda content: content.replace(b"ItemScheme", b"ItemScheme"[::-1], 1),
        lambda content: content.replace(b"is_final", b"is_fatal", 1),
        lambda content: b"\xa3abc",
    ],
    ids=["empty", "cut off", "no MessagePack", "unknown class", "unknown field", "a text"],
)
def test_a_damaged_copy_is_done_without(
    folder: Path, kept: Path, damage: Callable[[bytes], bytes]
) -> None:
    sound = definitions(folder, kept)
    (file,) = kept.iterdir()
    file.write_bytes(damage(file.read_bytes()))

    assert definitions(folder, kept) == sound


def test_a_place_that_cannot_be_written_is_done_without(folder: Path, tmp_path: Path) -> None:
    """Such as a read-only disk; here a file stands where the folder would be."""
    kept = tmp_path / "cache"
    kept.write_text("", encoding="utf-8")

    assert {each.id for each in definitions(folder, kept)} == {"CL_SEX"}


def test_a_copy_can_be_read_by_its_owner_only(folder: Path, kept: Path) -> None:
    definitions(folder, kept)

    assert kept.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept.iterdir())
