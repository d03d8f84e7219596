"""The error family: one class for each thing that a reader can do next.

::

    GatewayError
    ├── BadRequest            the question must change
    │   ├── BadSyntax             it cannot be read
    │   │   └── UnknownParameter  it has a parameter that is not taken there
    │   ├── SemanticError         it can be read but means nothing here
    │   ├── NotFound              it names something that does not exist
    │   ├── NoResults             it is good, and its answer is empty
    │   ├── TooLarge              what was sent, or is asked for, is larger than is taken
    │   ├── TooSlow               its answer takes longer than one may
    │   ├── NotAcceptable         no format on offer is among those asked for
    │   └── NotServed             the standard knows it, this gateway does not serve it yet
    ├── Refused               the caller must change
    │   ├── Unauthenticated       no token, or one that does not hold
    │   └── Forbidden             a good token without the right
    ├── TooOften              the caller must wait: more was asked for than one may in that time
    │   └── TooMany               so many attempts to sign in, or to guess
    ├── Conflict              somebody else was faster: look again, then try again
    │   └── Overtaken             a release came while an answer was made: it is made again
    ├── BadFile               the file handed in cannot be read at all
    ├── BadConfiguration      a file in dsd/ or config/ must be mended
    └── StorageFault          the disk or the database did not do its part

Faults in *data* are not errors but findings (`gateway.model.finding`): they come back together.
The web turns an error into a status at its edge, in one table (`gateway.web.problems`).
"""

from collections.abc import Iterable


class GatewayError(Exception):
    """A sentence a person can act on, what it is about, and what would have been allowed.

    `spanish` is given where the reader is an office's staff rather than a client program.
    """

    def __init__(
        self,
        message: str,
        *,
        spanish: str | None = None,
        subject: str | None = None,
        allowed: Iterable[str] = (),
    ) -> None:
        self.message = message
        self.spanish = spanish
        self.subject = subject
        self.allowed = tuple(allowed)
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """The message with what was allowed behind it, in Spanish where it was given so."""
        message = self.spanish if language == "es" and self.spanish else self.message
        if not self.allowed:
            return message
        lead = "Se admite" if language == "es" and self.spanish else "Allowed"
        return f"{message} {lead}: {', '.join(self.allowed)}."


class BadRequest(GatewayError):
    """The question must change."""


class BadSyntax(BadRequest):
    """A question that cannot be read."""


class UnknownParameter(BadSyntax):
    """A question with a parameter that is not taken there; what is allowed is what is taken."""

    def __init__(self, name: str, taken: Iterable[str] = ()) -> None:
        super().__init__(
            f"There is no parameter {name}.",
            spanish=f"No hay ningún parámetro {name}.",
            subject=name,
            allowed=taken,
        )
        self.name = name


class SemanticError(BadRequest):
    """A question that can be read but means nothing here."""


class NotFound(BadRequest):
    """A question about something, named, that does not exist."""


class NoResults(BadRequest):
    """A good question with an empty answer.

    `withheld` counts what the answer would hold for somebody else: for the audit, and never told.
    """

    withheld: int = 0


class TooLarge(BadRequest):
    """A file that is larger than is taken, or a question whose answer is."""


class TooSlow(BadRequest):
    """A question whose answer takes longer than one may."""


class NotAcceptable(BadRequest):
    """A question whose accepted formats are none of those on offer."""


class NotServed(BadRequest):
    """A question that the standard knows and that this gateway does not answer yet."""


class Refused(GatewayError):
    """The caller must change."""


class Unauthenticated(Refused):
    """A caller with no token, or with one that does not hold."""


class Forbidden(Refused):
    """A caller whose token holds but lacks the right."""


class TooOften(GatewayError):
    """A caller who asked for more than one may in that time, and must wait."""


class TooMany(TooOften):
    """Too many attempts; `seconds` until the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            f"Too many attempts: try again in {seconds} seconds.",
            spanish=f"Demasiados intentos: pruebe de nuevo en {seconds} segundos.",
        )


class Conflict(GatewayError):
    """A change that another one has overtaken; tried again it may do."""


class Overtaken(Conflict):
    """An answer that is made of more than one state of the releases; made again it is of one."""


class BadFile(GatewayError):
    """A file handed in that cannot be read at all."""


class BadConfiguration(GatewayError):
    """A file in `dsd/` or `config/` that must be mended."""


class StorageFault(GatewayError):
    """A disk or database that did not do its part."""
