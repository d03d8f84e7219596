"""What analysts say of comparisons: read strictly, told with what it is about, and nowhere else."""

from pathlib import Path

import pytest

from gateway.errors import BadConfiguration
from gateway.exchange import Exchange
from gateway.exchange.comparing import PairQuery, compare
from gateway.exchange.configuration import check_configuration
from gateway.exchange.remarks import read_remarks
from gateway.settings import Home
from tests.mirror.stating import registry

NOTE = """
[[notes]]
reason = "LAG"
sources = ["GT_IGM", "MX_UPMRIP"]
indicator = "RETURNS"
es = "uno"
en = "one"
from = "2023-12"
to = "2024"
"""

WRONG = {
    "an unknown key": (NOTE.replace("to =", "until ="), "mirror.toml:2: unknown key until"),
    "a missing key": (NOTE.replace('en = "one"\n', ""), "mirror.toml:2: the key en is missing"),
    "another type": (NOTE.replace('"RETURNS"', "3"), "mirror.toml:2: indicator"),
    "a reason that is none": (NOTE.replace("LAG", "LATE"), "MIRROR_REASON has no code LATE"),
    "a source that is none": (NOTE.replace("GT_IGM", "GT_X"), "DATA_SOURCE has no code GT_X"),
    "one source": (NOTE.replace("MX_UPMRIP", "GT_IGM"), "two different ones"),
    "neither sources nor countries": (
        NOTE.replace('sources = ["GT_IGM", "MX_UPMRIP"]\n', ""),
        "two different ones",
    ),
    "three countries": (NOTE + 'countries = ["GT", "MX", "SV"]\n', "countries names one or two"),
    "a country that is none": (NOTE + 'countries = ["XX"]\n', "REF_AREA has no code XX"),
    "a part of a country": (NOTE + 'countries = ["GT-01"]\n', "GT-01 is a part of a country"),
    "a category that is none": (NOTE + 'categories = { AGE = ["OLD"] }\n', "AGE has no code OLD"),
    "a dimension without categories": (
        NOTE + 'categories = { FREQ = ["M"] }\n',
        "categories names FREQ, and can name",
    ),
    "categories of another shape": (NOTE + 'categories = ["AGE"]\n', "mirror.toml:2: categories"),
    "comparable in words": (NOTE + 'comparable = "no"\n', "mirror.toml:2: comparable"),
    "no words": (NOTE.replace('"uno"', '" "'), "es and en both say something"),
    "a period that is none": (NOTE.replace("2023-12", "soon"), "mirror.toml:2:"),
    "the second note": (NOTE + NOTE.replace("LAG", "LATE"), "mirror.toml:11:"),
    "no TOML": ("[[notes", "mirror.toml:"),
    "a key beside the notes": ("words = 1\n" + NOTE, "unknown key words"),
    "notes in a row": ("notes = [{}]", "written as [[notes]]"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """The file, the line of the note, and what is wrong in it."""
    (tmp_path / "mirror.toml").write_text(text, encoding="utf-8")

    with pytest.raises(BadConfiguration) as refusal:
        read_remarks(tmp_path, registry())

    assert words in str(refusal.value)


def test_a_category_is_meant_with_all_that_it_is_made_up_of(tmp_path: Path) -> None:
    """A note on a kind of permit is about each of its sorts."""
    scope = 'countries = ["MX", "GT"]\ncategories = { STATUS_TYPE = ["WP"] }\n'
    text = NOTE.replace('sources = ["GT_IGM", "MX_UPMRIP"]\n', scope) + "comparable = false\n"
    (tmp_path / "mirror.toml").write_text(text, encoding="utf-8")

    (found,) = read_remarks(tmp_path, registry())

    ((dimension, codes),) = found.categories
    assert dimension == "STATUS_TYPE"
    assert codes == {"WP", "WP_FIRST", "WP_RENEW"}
    assert (found.sources, found.countries) == (frozenset(), {"MX", "GT"})
    assert not found.comparable


def test_a_home_without_notes_has_none(tmp_path: Path) -> None:
    assert read_remarks(tmp_path, registry()) == ()


def test_the_check_of_a_configuration_names_them_too(home: Home) -> None:
    """Beside everything else that is wrong."""
    home.adopt_defaults()
    (home.config / "mirror.toml").write_text(WRONG["one source"][0], encoding="utf-8")

    (fault,) = check_configuration(home).faults

    assert fault.startswith("mirror.toml:2: ")


def test_the_real_note_stands_at_what_it_is_about(loaded: Exchange) -> None:
    """Mexico dates the return at exit, Guatemala at arrival."""
    (table,) = compare(loaded, PairQuery("DF_RETURNS", ("GT", "MX")), loaded.everything())

    assert {each.reason for each in table.finest} >= {"REF_PER", "LAG"}
    assert all("at arrival" in (each.note or "") for each in table.finest)
