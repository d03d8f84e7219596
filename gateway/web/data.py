"""Answers of data: what decides one, what makes it, and how much of it there is.

The same for who asks now and for who will ask: see `gateway.web.ahead`.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

from flask import request

from gateway.access.caller import Caller
from gateway.errors import TooLarge
from gateway.exchange import Exchange
from gateway.exchange.bounds import Bounds
from gateway.exchange.standing import Standing
from gateway.formats import table
from gateway.formats.message import DataMessage
from gateway.formats.negotiation import Choice
from gateway.model.query import DataQuery
from gateway.model.visibility import Visibility
from gateway.rest.service import Dialect
from gateway.web.answer import Answer
from gateway.web.decisions import Counts, counts_of
from gateway.web.narrower import told_narrower
from gateway.web.negotiation import choice_of
from gateway.web.pulls import pull
from gateway.web.restricted import restricted
from gateway.web.told import told


class DataAnswers:
    """Answers of one version over an exchange, to the request that is being answered."""

    def __init__(
        self, exchange: Exchange, dialect: Dialect, issuer: str, seconds: int | None = None
    ) -> None:
        """`seconds` are how long the work on one may take, 0 for any time, else as is set."""
        self._exchange = exchange
        limits = exchange.settings.limits
        self._most = limits.observations
        self._seconds = limits.seconds if seconds is None else seconds
        self._counts = Counts()
        self._dialect = dialect
        self._issuer = issuer

    def answer(
        self,
        asked: DataQuery,
        wishes: Mapping[str, str],
        caller: Caller,
        visibility: Visibility,
    ) -> Answer:
        """The answer to a question of a caller who sees so much. Raises NotAcceptable, NotFound."""
        wanted = choice_of(table.DATA[self._dialect.number], wishes)
        standing = self._exchange.standing(asked, visibility)
        answer = restricted(
            standing,
            wanted,
            wishes,
            lambda: self._pieces(asked, visibility, standing, wanted),
            caller,
        )
        extension = wanted.format.extension
        state: Hashable = answer.state
        if wanted.format.tells_the_asking:
            state = (state, self._exchange.settings.licence, request.full_path)
        return replace(
            answer,
            state=state,
            file_name=_file_name(asked, extension) if extension else "",
            counts=lambda: self._counted(asked, visibility, standing),
            pull=pull(caller, dated=_is_dated(asked)),
        )

    def _counted(
        self, asked: DataQuery, visibility: Visibility, standing: Standing
    ) -> tuple[int, int]:
        """How much of what was asked for a kept body answers: as much as when it was made.

        It may have been made by the other mount, or so long ago that its counts are forgotten.
        """
        return self._counts.of(
            standing.digest, lambda: counts_of(self._exchange.data(asked, visibility, standing))
        )

    def _pieces(
        self,
        asked: DataQuery,
        visibility: Visibility,
        standing: Standing,
        wanted: Choice[DataMessage],
    ) -> Iterator[bytes]:
        """A message piece by piece. Raises TooLarge with a narrower address to ask."""
        most = min(self._most, wanted.format.most or self._most)
        bounds = Bounds(most, self._seconds)
        try:
            message = self._exchange.data(asked, visibility, standing, bounds)
        except TooLarge as refusal:
            raise told_narrower(
                refusal, self._exchange, asked, visibility, most, self._dialect.number
            ) from refusal
        counts = told().counts = counts_of(message)
        self._counts.keep(standing.digest, counts)
        url = self._issuer + request.full_path.rstrip("?")
        message = message.told(wanted.manner).asked_for(url)
        return bounds.timed(wanted.format.write(message))


def _file_name(asked: DataQuery, extension: str) -> str:
    """What data are called as a file, in signs that every system and header takes."""
    stem = re.sub(r"[^A-Za-z0-9_-]", "_", "-".join(asked.flows.ids))[:100]
    return f"{stem or 'data'}.{extension}"


def _is_dated(asked: DataQuery) -> bool:
    """Whether a question is about a moment, so that the next one will be about another."""
    return asked.updated_after is not None or asked.as_of is not None
