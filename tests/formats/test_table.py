"""The table of formats: names and media types that mean one thing each."""

from gateway.formats.table import DATA, FAMILIES, SCHEMAS, STRUCTURES


def test_no_two_formats_of_one_kind_share_a_name() -> None:
    """A name means one format."""
    for offers in (*DATA.values(), *STRUCTURES.values(), *SCHEMAS.values()):
        names = [name for each in offers for name in each.names]

        assert len(names) == len(set(names))


def test_no_two_formats_of_one_kind_share_a_media_type() -> None:
    """With its version."""
    for offers in (*DATA.values(), *STRUCTURES.values(), *SCHEMAS.values()):
        types = [each.media_type for each in offers]

        assert len(types) == len(set(types))


def test_both_dialects_offer_the_same_formats() -> None:
    """They differ in the default alone, for clients of either ask for both's media types."""
    for kind in (DATA, STRUCTURES, SCHEMAS):
        one, two = ({each.media_type for each in kind[dialect]} for dialect in (1, 2))

        assert one == two


def test_a_family_that_shares_a_format_s_name_has_that_format() -> None:
    """So that a name with its own version is what the name is alone."""
    for offers in (*DATA.values(), *STRUCTURES.values(), *SCHEMAS.values()):
        for each in offers:
            for name in each.names:
                types = FAMILIES.get(name, ())
                family = [other for other in offers if other.type in types]

                assert not family or each in family, name


def test_usual_values_come_first() -> None:
    """Those that the standard has for its defaults."""
    usual = {
        parameter.name: parameter.values[0]
        for offers in DATA.values()
        for each in offers
        for parameter in each.parameters
    }

    assert usual == {"labels": "id", "timeFormat": "original", "keys": "none"}
