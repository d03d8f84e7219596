"""What is said where something fails."""

import traceback

from gateway.errors import GatewayError


def everything_said(error: BaseException) -> str:
    """What a log would hold: the error, and those that it came from."""
    return "".join(traceback.format_exception(error))


def is_one_sentence(error: GatewayError, *words: str) -> bool:
    """Whether it is told in one line that holds these words, in Spanish and in English."""
    sentences = error.sentence("es"), error.sentence("en")
    return sentences[0] != sentences[1] and all(
        "\n" not in sentence and all(word in sentence for word in words) for sentence in sentences
    )
