"""Authorization details as requests name them, and what was agreed to before. Source: RFC 9396."""

from collections.abc import Mapping

from flask import request

from gateway.access.caller import Detail
from gateway.access.details import covered, details
from gateway.errors import BadSyntax
from gateway.web.oauth.errors import InvalidDetails, plain


def asked_details(parameters: Mapping[str, str]) -> tuple[Detail, ...]:
    """The details that some parameters name. Raises InvalidDetails."""
    text = parameters.get("authorization_details")
    if text is None:
        return ()
    try:
        return details(text)
    except BadSyntax as error:
        raise InvalidDetails(plain(error)) from error


def details_of_token(agreed: tuple[Detail, ...] = ()) -> tuple[Detail, ...]:
    """What this token is narrowed to: what was agreed to, or less where the request says so.

    Raises InvalidDetails where it asks for more. Source: RFC 9396, section 6.
    """
    asked = asked_details(request.form)
    if not covered(asked, agreed):
        raise InvalidDetails("More is asked for than was agreed to.")
    return asked or agreed
