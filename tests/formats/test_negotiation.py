"""Negotiation: which format, in which manner, headers and parameters mean."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadSyntax, NotAcceptable
from gateway.formats.message import Keys, Manner, Said, Times
from gateway.formats.negotiation import Choice, Wish, choose, parted
from gateway.formats.table import DATA, SCHEMAS, STRUCTURES, Format, Parameter, Words

SDMX = "application/vnd.sdmx."
CSV, SS, GENERIC = f"{SDMX}data+csv", f"{SDMX}structurespecificdata+xml", f"{SDMX}genericdata+xml"


def nothing(_: str) -> Iterator[bytes]:
    return iter(())


def csv(version: str) -> Format[str]:
    major, minor, _ = version.split(".")
    labels = ("id", "both") if major == "1" else ("id", "name", "both")
    parameters = [Parameter("labels", labels), Parameter("timeFormat", ("original", "normalized"))]
    if major != "1":
        parameters.append(Parameter("keys", ("none", "obs", "series", "both")))
    name = f"csv-{major}.{minor}"
    return Format(
        ("csv", name) if version == "2.0.0" else (name,),
        CSV,
        version,
        nothing,
        parameters=tuple(parameters),
        words=Words.LABELS,
    )


XML = ("application/xml", "text/xml")
OFFERS = (
    Format(("generic",), GENERIC, "2.1", nothing, also=XML),
    Format(("ss",), SS, "2.1", nothing, also=XML),
    csv("2.0.0"),
    csv("2.1.0"),
    csv("1.0.0"),
    Format(("people",), "text/csv", "", nothing, words=Words.ONE),
)
"""Three versions of a format that has parameters, and others beside them."""


def chosen(accept: str | None = None, language: str | None = None, **given: str) -> Choice[str]:
    return choose(OFFERS, Wish(accept, language, given))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(None, "generic", id="no header"),
        pytest.param("", "generic", id="empty header"),
        pytest.param("*/*", "generic", id="anything"),
        pytest.param("application/*", "generic", id="any application"),
        pytest.param("*/*;q=0.1", "generic", id="anything, reluctantly"),
        pytest.param("text/*", "people", id="any text"),
        pytest.param(CSV, "csv", id="csv"),
        pytest.param("text/csv", "people", id="plain csv"),
        pytest.param("text/csv; charset=UTF-8; header=present", "people", id="as it is anyway"),
        pytest.param(f"{CSV};version=2.0.0", "csv", id="csv 2.0.0"),
        pytest.param(f"{CSV};version=2.0", "csv", id="csv 2.0 is 2.0.0"),
        pytest.param(f"{CSV};version=2", "csv", id="csv 2 is 2.0.0"),
        pytest.param(f'{CSV}; version="2.0.0"', "csv", id="quoted version"),
        pytest.param(f'{CSV}; version="2.0\\.0"', "csv", id="quoted version with an escape"),
        pytest.param(f"{CSV};version=1.0.0", "csv-1.0", id="csv 1.0.0"),
        pytest.param(f"{CSV};version=2.1.0", "csv-2.1", id="csv 2.1.0"),
        pytest.param(f"{CSV} ; Version = 2.0.0 ; labels=id", "csv", id="blanks and case"),
        pytest.param(f"{CSV};version=2+.0.0", "csv-2.1", id="latest from 2.0.0 on"),
        pytest.param(f"{CSV};version=2.0+.0", "csv-2.1", id="latest 2 from 2.0.0 on"),
        pytest.param(f"{CSV};version=2.0.0+", "csv", id="latest 2.0"),
        pytest.param(f"{CSV};version=1.0+.0", "csv-1.0", id="latest 1"),
        pytest.param(f"{CSV};version=1.0.0~", "csv-1.0", id="latest 1.0, stable or not"),
        pytest.param(f"{CSV};version=+", "csv-2.1", id="the latest stable"),
        pytest.param(f"{CSV};version=~", "csv-2.1", id="the latest"),
        pytest.param(f"{CSV};version=*", "csv", id="any version"),
        pytest.param(f"{CSV};version=1.*.0", "csv-1.0", id="any version 1"),
        pytest.param(f"{CSV};version=2.1", "csv-2.1", id="two parts"),
        pytest.param(f"{SS};version=2.1.0", "ss", id="three parts for a version of two"),
        pytest.param(f"{SS};version=2.0+", "ss", id="a range of two parts"),
        pytest.param(SS, "ss", id="structure-specific"),
        pytest.param(SS.upper(), "ss", id="upper case"),
        pytest.param("application/xml", "generic", id="plain xml"),
        pytest.param(f"{CSV};q=0.5,{SS}", "ss", id="q prefers"),
        pytest.param(f"{CSV};q=0.5,*/*;q=0.1", "csv", id="q over anything"),
        pytest.param(f"{GENERIC};q=0,*/*", "ss", id="q=0 refuses one"),
        pytest.param(f"{CSV};version=9,{SS};q=0.1", "ss", id="second choice"),
        pytest.param(f"{CSV};zip=true,{SS};q=0.1", "ss", id="a parameter that it has not"),
        pytest.param(f"{CSV};labels=all,{CSV};q=0.1", "csv", id="a value that it has not"),
        pytest.param(f"{CSV};labels=name;version=1.0.0,{SS};q=0.2", "ss", id="not in 1.0"),
        pytest.param(f"{CSV};q=0.2,{CSV};version=1.0.0;q=0.9", "csv-1.0", id="the more specific"),
        pytest.param(f"{CSV};q=0.2,{CSV};q=0.8,{SS};q=0.5", "csv", id="the better of duplicates"),
        pytest.param("text/html,*/*;q=0.8", "generic", id="a browser"),
        pytest.param("application/signed-exchange;v=b3;q=0.7,*/*;q=0.8", "generic", id="Chrome"),
        pytest.param(f"{SS};charset=utf-8", "ss", id="charset"),
        pytest.param(f",{CSV},", "csv", id="empty members"),
        pytest.param(f'image/png;x="a,b;c",{CSV}', "csv", id="signs between quotation marks"),
    ],
)
def test_an_accept_header_chooses(accept: str | None, expected: str) -> None:
    """RFC 9110, 12.5.1: the most specific range counts, the best quality wins, ties go to ours."""
    assert chosen(accept).format.names[0] == expected


REFUSED = [
    *("image/png", "text/html", f"{CSV};q=0", "*/*;q=0", f"{CSV};q=x", f"{CSV};q=nan"),
    *(f"{CSV};version=9", f"{CSV};version=3+.0.0", f"{CSV};version=2.2+.0", f"{CSV};version=2.x"),
    *(f"{CSV};version=", f"{CSV};version=2.0.0.0", f"{CSV};version=+.+", f"{CSV};version=٢"),
    *(f"{SS};version=3.0.0", f"{CSV};q=-1", "nonsense", ";;;", "/", "*/json", "\x00"),
    *(f"{CSV};version=1.0.0;keys=obs", f"{CSV};charset=latin-1", f"{SS};labels=both"),
]


@pytest.mark.parametrize("accept", REFUSED)
def test_what_is_not_on_offer_is_refused_with_what_is(accept: str) -> None:
    """Each media type on offer is listed, with its version and short name."""
    with pytest.raises(NotAcceptable) as caught:
        chosen(accept)

    assert caught.value.allowed == tuple(
        f"{each.media_type} (format={each.names[0]})" for each in OFFERS
    )


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        (f"{SS};labels=both", "no parameter labels"),
        (f"{CSV};labels=all", "labels=all is not known here; labels is one of id, name, both"),
        (f"{CSV};zip=true", "no parameter zip"),
        (f"{CSV};charset=latin-1", "no parameter charset"),
        ("image/png;labels=x", "image/png;labels=x is not served"),
        ("a" * 500, "a" * 200 + " is not served"),
    ],
)
def test_a_refusal_names_what_was_wrong(accept: str, words: str) -> None:
    """The parameter that keeps a type from being served, or the header, if it is long its start."""
    with pytest.raises(NotAcceptable, match=words):
        chosen(accept)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"format": "csv"}, "csv"),
        ({"format": "CSV"}, "csv"),
        ({"format": "csv-1.0"}, "csv-1.0"),
        ({"format": "csvdata"}, "csv"),
        ({"format": "csv", "formatVersion": "1.0.0"}, "csv-1.0"),
        ({"format": "csvdata", "formatVersion": "2.1"}, "csv-2.1"),
        ({"format": "csvdata", "formatVersion": "2 .0.0"}, "csv-2.1"),
        ({"format": "csvdata", "formatVersion": "2+.0.0"}, "csv-2.1"),
        ({"format": "csv-1.0", "formatVersion": "1.0"}, "csv-1.0"),
        ({"format": "structurespecificdata", "formatVersion": "2.1"}, "ss"),
        ({"format": "genericdata"}, "generic"),
        ({"format": "people"}, "people"),
        ({"format": f"{SS};version=2.1"}, "ss"),
        ({"format": CSV, "formatVersion": "1.0.0"}, "csv-1.0"),
        ({"format": f"{SDMX}data csv;version=2 .0.0; labels=both"}, "csv-2.1"),
        ({"format": f"{SDMX}data csv;version=2.0.0 ;labels=both"}, "csv"),
        ({"format": "text/csv"}, "people"),
    ],
    ids=str,
)
def test_a_parameter_names_a_format(given: Mapping[str, str], expected: str) -> None:
    """By a short name, perhaps with a version, or by a media type; it beats the header.

    A plus sign in a URL arrives as a blank.
    """
    assert chosen("text/csv;q=0.9, application/xml", **given).format.names[0] == expected


@pytest.mark.parametrize(
    "given",
    [
        {"format": "xlsx"},
        {"format": ""},
        {"format": "json"},
        {"format": "image/png"},
        {"format": "csv;version=2"},
        {"format": "csv-1.0", "formatVersion": "2.0.0"},
        {"format": "csv", "formatVersion": "9"},
        {"format": "csv", "formatVersion": ""},
        {"format": "people", "formatVersion": "1.0.0"},
        {"format": f"{CSV};version=1.0.0", "formatVersion": "9"},
        {"labels": "both"},
        {"format": "csv", "labels": "none"},
        {"format": "csv-1.0", "labels": "name"},
        {"format": "csv-1.0", "keys": "obs"},
        {"format": "ss", "timeFormat": "normalized"},
        {"lang": "fr"},
        {"lang": ""},
        {"lang": "*"},
    ],
    ids=str,
)
def test_a_parameter_that_asks_for_what_is_not_there_is_refused(given: Mapping[str, str]) -> None:
    """406, whatever the headers would allow; with all that there is. Source: extend.md."""
    with pytest.raises(NotAcceptable) as caught:
        chosen("*/*", "*", **given)

    assert any(word in each for each in caught.value.allowed for word in ("format=csv", "es"))


def test_a_version_without_a_format_means_nothing() -> None:
    """And is not passed over."""
    with pytest.raises(BadSyntax, match="formatVersion"):
        chosen(formatVersion="2.1")


@pytest.mark.parametrize(
    ("accept", "given", "manner", "media_type"),
    [
        (CSV, {}, Manner(), f"{CSV};version=2.0.0"),
        (f"{CSV};labels=both", {}, Manner(labels=Said.BOTH), f"{CSV};version=2.0.0;labels=both"),
        (f"{CSV};labels=id;keys=none", {}, Manner(), f"{CSV};version=2.0.0"),
        (f"{CSV};LABELS=Both", {}, Manner(labels=Said.BOTH), f"{CSV};version=2.0.0;labels=both"),
        (
            f"{CSV};version=2.1;labels=name; timeFormat=normalized; key=both",
            {},
            Manner(labels=Said.NAME, times=Times.NORMALIZED, keys=Keys.BOTH),
            f"{CSV};version=2.1.0;labels=name;timeFormat=normalized;keys=both",
        ),
        (
            f"{CSV};labels=both;keys=obs",
            {"labels": "name"},
            Manner(labels=Said.NAME, keys=Keys.OBSERVATION),
            f"{CSV};version=2.0.0;labels=name;keys=obs",
        ),
        (
            None,
            {"format": "csv", "keys": "series", "timeFormat": "NORMALIZED"},
            Manner(times=Times.NORMALIZED, keys=Keys.SERIES),
            f"{CSV};version=2.0.0;timeFormat=normalized;keys=series",
        ),
        (
            f"{CSV};q=0.5,{CSV};labels=both;q=0.1",
            {},
            Manner(labels=Said.BOTH),
            f"{CSV};version=2.0.0;labels=both",
        ),
        ("text/csv", {}, Manner(), "text/csv;charset=utf-8"),
    ],
)
def test_a_manner_is_chosen_and_stated(
    accept: str | None, given: Mapping[str, str], manner: Manner, media_type: str
) -> None:
    """By the parameters of the range that decided, which parameters of the URL beat."""
    found = chosen(accept, **given)

    assert found.manner == manner
    assert found.media_type == media_type


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "es en"),
        ("", "es en"),
        ("es", "es en"),
        ("en", "en es"),
        ("en-GB,en;q=0.9", "en es"),
        ("es-GT,es;q=0.9,en;q=0.8", "es en"),
        ("ru, en-gb;q=0.8, en;q=0.7", "en es"),
        ("en;q=0.5, es;q=0.4", "en es"),
        ("en, es", "en es"),
        ("es_MX", "es en"),
        ("EN", "en es"),
        ("fr", "es en"),
        ("*", "es en"),
        ("fr, *;q=0.5, es;q=0.1", "en es"),
        ("es, en;q=0", "es"),
        ("en, *;q=0", "en"),
        ("es;q=0, en;q=0", "es en"),
        ("*;q=0", "es en"),
        ("en;q=nonsense", "es"),
        ('"', "es en"),
    ],
)
def test_a_header_orders_the_languages(header: str | None, expected: str) -> None:
    """The best first; those that are not asked for come last, refused ones not at all.

    Whoever accepts none of ours gets them all the same (RFC 9110, 12.5.4).
    """
    assert chosen(CSV, header).manner.languages == tuple(expected.split())


@pytest.mark.parametrize(
    ("lang", "expected"), [("es", "es"), ("en-MT", "en"), ("ES", "es"), ("all", "es en")]
)
def test_a_parameter_picks_a_language(lang: str, expected: str) -> None:
    """It alone is told, whatever the header likes. Source: extend.md."""
    assert chosen(CSV, "en", lang=lang).manner.languages == tuple(expected.split())


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(f"{CSV};labels=both", "en"), "en"),
        (Wish(CSV, "en"), ""),
        (Wish("text/csv"), "es"),
        (Wish(SS, "en"), ""),
    ],
)
def test_an_answer_says_the_language_of_its_names(wish: Wish, expected: str) -> None:
    """Where it has names."""
    assert choose(OFFERS, wish).content_language == expected


def test_structures_say_all_their_languages() -> None:
    """In the order of the caller."""
    assert choose(STRUCTURES[2], Wish(None, "en")).content_language == "en, es"
    assert choose(STRUCTURES[2], Wish(None, "en", {"lang": "es"})).content_language == "es"


def test_wishes_are_told_from_the_question() -> None:
    """Whose own parameters keep their order."""
    pairs = [("c[SEX]", "F"), ("format", "csv"), ("key", "obs"), ("c[AGE]", "_T"), ("lang", "es")]

    wishes, others = parted(pairs)

    assert wishes == {"format": "csv", "keys": "obs", "lang": "es"}
    assert others == [("c[SEX]", "F"), ("c[AGE]", "_T")]


@pytest.mark.parametrize(
    "pairs", [[("format", "a"), ("format", "a")], [("keys", "obs"), ("key", "obs")]], ids=str
)
def test_a_wish_is_said_once(pairs: list[tuple[str, str]]) -> None:
    """Both spellings of keys are one."""
    with pytest.raises(BadSyntax, match="twice"):
        parted(pairs)


@pytest.mark.parametrize("dialect", [1, 2])
@pytest.mark.parametrize(
    ("format", "expected"),
    [
        *((f"{SDMX}data+csv;version={version}.0", f"{CSV};version={version}.0")
          for version in ("1.0", "2.0", "2.1")),
        ("csv", f"{CSV};version=2.0.0"),
        ("text/csv", "text/csv;charset=utf-8"),
        ("csv-labels", "text/csv;charset=utf-8"),
        ("structurespecific", f"{SS};version=2.1"),
        ("generic", f"{GENERIC};version=2.1"),
    ],
)  # fmt: skip
def test_data_are_on_offer(format: str, expected: str, dialect: int) -> None:
    """On both mounts."""
    assert choose(DATA[dialect], Wish(parameters={"format": format})).media_type == expected


signs = st.text('/*+~;,=" \\.abq01vers\x00é', max_size=40)
words = st.sampled_from(
    [CSV, SS, GENERIC, "*/*", "application/*", "text/csv", "version", "q", "labels", "both", "key"]
)
headers = st.lists(words | signs | st.sampled_from([",", ";", "=", "0.5", "2+.0.0", '"', " "])).map(
    "".join
)


@given(accept=headers, language=headers, format=st.none() | headers, version=st.none() | headers)
def test_no_header_is_a_fault_of_ours(
    accept: str, language: str, format: str | None, version: str | None
) -> None:
    """Whatever stands there means a format, or is refused."""
    given = {"format": format, "formatVersion": version}
    wish = Wish(accept, language, {name: text for name, text in given.items() if text is not None})
    for offers in (OFFERS, DATA[1], STRUCTURES[2], SCHEMAS[1]):
        try:
            found = choose(offers, wish)  # type: ignore[type-var]
        except (NotAcceptable, BadSyntax):
            continue
        assert found.format in offers
        assert found.manner.languages


qualities = st.integers(0, 10)
weighed = st.dictionaries(st.sampled_from([each.media_type for each in OFFERS]), qualities)


@given(weighed=weighed, other=st.none() | qualities)
def test_the_best_quality_is_chosen(weighed: Mapping[str, int], other: int | None) -> None:
    """Of each offer's own, or else that of anything."""
    named = [f"{type};q={quality / 10}" for type, quality in weighed.items()]
    accept = ", ".join([*named, *([] if other is None else [f"*/*;q={other / 10}"])])
    liked = [weighed.get(each.media_type, other or 0) for each in OFFERS]
    if not accept:
        return
    if max(liked) == 0:
        with pytest.raises(NotAcceptable):
            chosen(accept)
        return

    assert chosen(accept).format is OFFERS[liked.index(max(liked))]
