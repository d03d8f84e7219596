"""The verbs of the exchange where several dataflows or none could be meant."""

from datetime import timedelta

import pytest

from gateway.errors import NoResults, NotFound, SemanticError
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.formats import table
from gateway.model.query import ArtefactPattern, DataQuery, VersionPattern
from gateway.model.visibility import View, Visibility
from gateway.settings import Home
from tests.asking import FLOW, message
from tests.intake.books import SV

ALL = ArtefactPattern((), (), (VersionPattern("*"),))


def named(id: str) -> ArtefactPattern:
    return ArtefactPattern(("LMIG",), (id,), (VersionPattern("~"),))


def test_a_question_of_all_dataflows_is_answered_by_those_with_data(loaded: Exchange) -> None:
    """The others are defined and empty; nobody has to know which. Comparisons are data too."""
    answer = loaded.data(DataQuery("*", ALL), loaded.everything())

    mirror, returns = answer.datasets
    assert str(mirror.subject.of) == "LMIG:DF_MIRROR(1.0.0)"
    assert str(returns.subject.of) == "LMIG:DF_RETURNS(1.0.0)"
    assert len(returns.selections) == 3  # one of each country


def test_a_question_of_a_structure_names_the_structure(loaded: Exchange) -> None:
    """Who asks for data by their structure gets a message of that structure."""
    answer = loaded.data(DataQuery("datastructure", named("LMIG_FLOW")), loaded.everything())

    assert str(answer.subject.of) == "LMIG:LMIG_FLOW(1.0.0)"


@pytest.mark.parametrize("context", ["dataflow", "datastructure"])
def test_what_does_not_exist_is_named(loaded: Exchange, context: str) -> None:
    with pytest.raises(NotFound, match="DF_NONE"):
        loaded.data(DataQuery(context, named("DF_NONE")), loaded.everything())


def test_a_dataflow_without_data_has_no_results(loaded: Exchange) -> None:
    with pytest.raises(NoResults):
        loaded.data(DataQuery("dataflow", named("DF_STOCK")), loaded.everything())


def test_a_caller_sees_only_some_provisions(loaded: Exchange) -> None:
    """Visibility is applied in the store, before anything is counted or written."""
    at = loaded.clock()
    question = DataQuery("dataflow", named("DF_RETURNS"))

    answer = loaded.data(question, Visibility(at, {"SV_DGME_RETURNS": View()}))

    (only,) = answer.selections
    assert set(only.keys["REF_AREA"].values) == {"SV"}
    with pytest.raises(NoResults):
        loaded.data(question, Visibility(at, {}))


def test_nothing_is_seen_before_it_was_released(loaded: Exchange) -> None:
    yesterday = loaded.clock() - timedelta(days=1)

    with pytest.raises(NoResults):
        loaded.data(DataQuery("dataflow", named("DF_RETURNS")), Visibility(yesterday))


def test_a_key_that_does_not_fit_is_refused_by_name(loaded: Exchange) -> None:
    key = (frozenset({"M"}), frozenset({"XX"}))

    with pytest.raises(SemanticError, match="REF_AREA has no code XX"):
        loaded.data(DataQuery("dataflow", named("DF_RETURNS"), (key,)), loaded.everything())


def test_what_a_provision_says_of_its_whole_data_set_is_told(home: Home) -> None:
    """From its configuration through release and index into the message, once."""
    home.adopt_defaults()
    path = home.config / "provisions" / SV / "provision.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[attributes]", '[attributes]\nLICENCE = "CC BY 4.0"', 1))
    exchange = Exchange(home)
    sample = exchange.provision(SV).sample
    assert sample is not None
    submit(exchange, sample, SV)

    body = b"".join(table.SPECIFIC.write(message(exchange, f"{FLOW}/A.SV")))

    assert body.count(b'LICENCE="CC BY 4.0"') == 1
    exchange.close()


def keyed(*areas: str) -> DataQuery:
    key = (None, frozenset(areas)) if areas else ()
    return DataQuery("dataflow", named("DF_RETURNS"), (key,))


def test_an_answer_knows_which_releases_it_is_from(loaded: Exchange) -> None:
    """Those of the provisions that have something in it, and no other."""
    answer = loaded.data(keyed("GT"), loaded.everything())

    (source,) = answer.provenance.sources()
    assert source.provision.es == "Personas guatemaltecas retornadas, IGM"
    assert source.provider.es == "Instituto Guatemalteco de Migración"
    assert source.release == 1
    assert source.file == "igm_retornados_2020_2025.xlsx"
    assert source.licence is not None
    assert source.licence.en.startswith("IOM's copy is published under the MIT licence")
    assert len(loaded.data(keyed(), loaded.everything()).provenance.sources()) == 3


def test_a_caller_learns_nothing_of_releases_beyond_sight(loaded: Exchange) -> None:
    """What one may not see has no source either."""
    seen = Visibility(loaded.clock(), {"SV_DGME_RETURNS": View()})

    sources = loaded.data(keyed(), seen).provenance.sources()

    assert [each.provision.en for each in sources] == ["Returned Salvadorans, DGME"]
