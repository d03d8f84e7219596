"""Answers that depend on who asks, and on what is visible to them now."""

from collections.abc import Callable, Iterator, Mapping

from gateway.access.caller import Caller
from gateway.exchange.standing import Standing
from gateway.formats.negotiation import Choice
from gateway.formats.table import M
from gateway.web.answer import PRIVATE, Answer
from gateway.web.gate import DATA
from gateway.web.negotiation import encoding_of


def restricted(
    standing: Standing,
    wanted: Choice[M],
    wishes: Mapping[str, str],
    pieces: Callable[[], Iterator[bytes]],
    caller: Caller,
) -> Answer:
    """The answer to a question that stands so, told as is wished for."""
    return Answer(
        (standing.digest, wanted.manner),
        wanted.media_type,
        encoding_of(wishes, useful=not wanted.format.packed),
        pieces,
        PRIVATE,
        (DATA, caller.client_id),
        caller,
        standing.since,
        standing.until,
        wanted.content_language,
    )
