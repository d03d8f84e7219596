"""Signing in elsewhere: people whom another issuer vouches for (OpenID Connect, code with PKCE).

What comes back is believed in this order: that we asked, of this issuer, from this browser; then
that the issuer answers for itself (RFC 9207, and an address to come back to of its own); then what
it signed. Source: OpenID Connect Core, 3.1; RFC 7636; RFC 9700, sections 2.1 and 4.4.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from gateway.access.issuers import at, organisation_of, text_at, words
from gateway.access.keysets import KeySources, RemoteKeys
from gateway.access.organisations import Organisations
from gateway.access.people import GROUP, NewPerson
from gateway.access.signed import LEEWAY, Claims, NotSigned, fitting, read, verify
from gateway.errors import BadSyntax, Forbidden, NotFound, StorageFault
from gateway.fetch import Bounds, Form, fetch
from gateway.settings import Issuer, client_secret


@dataclass(frozen=True, slots=True)
class Errand:
    """What a browser was sent away with, and brings back: it fits one answer of one issuer."""

    issuer: str
    state: str
    nonce: str
    verifier: str


class Elsewhere:
    """The issuers through which people may sign in."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        organisations: Organisations,
        bounds: Bounds,
        clock: Callable[[], datetime],
    ) -> None:
        self.issuers: Mapping[str, Issuer] = {each.id: each for each in issuers if each.client_id}
        self._organisations = organisations
        self._bounds = bounds
        self._clock = clock
        sources = KeySources(bounds)
        self._keys: Mapping[str, RemoteKeys] = {
            id: sources.of_issuer(each.issuer, each.jwks) for id, each in self.issuers.items()
        }

    def named(self, id: str) -> Issuer:
        """One of the issuers. Raises NotFound."""
        if id not in self.issuers:
            raise NotFound(
                f"Nobody signs in through {id}.",
                spanish=f"Nadie entra por {id}.",
                subject=id,
                allowed=self.issuers,
            )
        return self.issuers[id]

    def begin(self, id: str, back: str) -> tuple[str, Errand]:
        """Where to send a browser, and the errand that it takes along.

        Raises NotFound, and StorageFault where the issuer does not say where that is.
        """
        issuer = self.named(id)
        errand = Errand(id, *(secrets.token_urlsafe(32) for _ in range(3)))
        digest = hashlib.sha256(errand.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": issuer.client_id,
            "redirect_uri": back,
            "scope": "openid profile",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        where = _address(self._described(issuer), "authorization_endpoint")
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", errand

    def finish(self, id: str, errand: Errand, answer: Mapping[str, str], back: str) -> NewPerson:
        """Who came back with an answer.

        Raises BadSyntax, before anything is asked, for an answer to something else; Forbidden
        where the issuer let nobody in, or speaks for whom it may not; StorageFault where it does
        not answer.
        """
        issuer = self.named(id)
        described = self._described(issuer)
        self._refuse_other(issuer, described, errand, answer)
        if "error" in answer or not answer.get("code"):
            raise _not_let_in(issuer)
        told = self._redeemed(issuer, described, errand, answer["code"], back)
        try:
            claims = self._believed(issuer, errand, told)
            return self._person(issuer, claims)
        except NotSigned as error:
            raise _not_let_in(issuer) from error

    def _described(self, issuer: Issuer) -> Mapping[str, object]:
        """What an issuer says of itself. Source: OpenID Connect Discovery, 4."""
        url = f"{issuer.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _object(fetch(url, self._bounds), url)
        if found.get("issuer") != issuer.issuer:
            raise StorageFault(f"{url} does not speak for {issuer.issuer}.", subject=url)
        return found

    @staticmethod
    def _refuse_other(
        issuer: Issuer, described: Mapping[str, object], errand: Errand, answer: Mapping[str, str]
    ) -> None:
        """Raise BadSyntax for an answer to something that we did not ask, or of somebody else."""
        says_who = described.get("authorization_response_iss_parameter_supported") is True
        ours = hmac.compare_digest(answer.get("state", "").encode(), errand.state.encode())
        whose = answer.get("iss", None if says_who else issuer.issuer)
        if not ours or errand.issuer != issuer.id or whose != issuer.issuer:
            raise BadSyntax(
                "This answer does not belong to what you began here: sign in again.",
                spanish="Esta respuesta no corresponde a lo que usted empezó aquí: entre de nuevo.",
                subject="state" if not ours else "iss",
            )

    def _redeemed(
        self, issuer: Issuer, described: Mapping[str, object], errand: Errand, code: str, back: str
    ) -> str:
        """The id token that a code stands for."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": issuer.client_id,
            "code_verifier": errand.verifier,
        }
        url = _address(described, "token_endpoint")
        body = fetch(url, self._bounds, Form(fields, _basic(issuer)))
        told = _object(body, url).get("id_token")
        if not isinstance(told, str):
            raise _not_let_in(issuer)
        return told

    def _believed(self, issuer: Issuer, errand: Errand, text: str) -> Claims:
        """The claims of an id token. Source: OpenID Connect Core, 3.1.3.7."""
        token = read(text)
        if token.type not in ("", "jwt") or token.header.get("alg") not in issuer.algorithms:
            raise NotSigned
        keys = fitting(token, self._keys[issuer.id].get(token.kid))
        claims = verify(token, keys, issuer.algorithms)
        rules = JWTClaimsRegistry(
            now=lambda: int(self._clock().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer.issuer},
            aud={"essential": True, "value": issuer.client_id},
            nonce={"essential": True, "value": errand.nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            rules.validate(dict(claims))
        except (JoseError, ValueError, TypeError) as error:
            raise NotSigned from error
        if claims["aud"] not in (issuer.client_id, [issuer.client_id]):
            raise NotSigned  # one for others too is not one for us
        return claims

    def _person(self, issuer: Issuer, claims: Claims) -> NewPerson:
        """Whom claims mean: known by what the issuer knows the person by, under no other name."""
        known_by = f"{issuer.issuer}\n{text_at(claims, 'sub')}"
        id = hashlib.sha256(known_by.encode()).hexdigest()[:20]
        name = at(claims, issuer.name_claim)
        groups = (f"{issuer.id}:{each}" for each in words(at(claims, issuer.groups_claim)))
        return NewPerson(
            f"{id}@{issuer.id}",
            name[:200] if isinstance(name, str) and name.isprintable() and name.strip() else id,
            organisation_of(issuer, self._organisations, claims),
            tuple(each for each in groups if GROUP.fullmatch(each)),
            issuer.scopes,
        )


def _basic(issuer: Issuer) -> str:
    """The header by which we prove who we are; empty where the issuer asks for no secret."""
    secret = client_secret(issuer.id)
    if not secret:
        return ""
    pair = f"{quote(issuer.client_id, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _address(described: Mapping[str, object], name: str) -> str:
    found = described.get(name)
    if not isinstance(found, str):
        raise StorageFault(f"The issuer names no {name}.", subject=name)
    return found


def _object(body: bytes, url: str) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise StorageFault(f"{url} gave no JSON object.", subject=url)
    return found


def _not_let_in(issuer: Issuer) -> Forbidden:
    name = issuer.name or issuer.id
    return Forbidden(
        f"{name} did not let you in, or not for an organisation that it speaks for here.",
        spanish=f"{name} no le dio entrada, o no para una organización por la que aquí responde.",
    )
