"""The verbs of the exchange where several dataflows or none could be meant."""

from datetime import timedelta

import pytest

from gateway.errors import NoResults, NotFound, SemanticError
from gateway.exchange import Exchange
from gateway.model.query import ArtefactPattern, DataQuery, VersionPattern
from gateway.model.visibility import View, Visibility

ALL = ArtefactPattern((), (), (VersionPattern("*"),))


def named(id: str) -> ArtefactPattern:
    return ArtefactPattern(("LMIG",), (id,), (VersionPattern("~"),))


def test_a_question_of_all_dataflows_is_answered_by_the_one_with_data(loaded: Exchange) -> None:
    """The others are defined and empty; nobody has to know which."""
    answer = loaded.data(DataQuery("*", ALL), loaded.everything())

    assert str(answer.subject.of) == "LMIG:DF_RETURNS(1.0.0)"
    assert len(answer.selections) == 3  # one of each country


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
