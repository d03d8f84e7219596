"""Sets of others' public keys: from a file that was handed in, or from where they publish them."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.access.signed import NotSigned, PublicKey, is_private, public_key
from gateway.errors import BadFile, GatewayError, StorageFault
from gateway.fetch import Bounds, fetch

MOST_KEYS = 50

FRESH, OLDEST, PAUSE, PATIENCE = 300.0, 3600.0, 30.0, 2.0
"""Seconds: keys younger than the first are not asked for again, older than the second not trusted;
between two questions lies the third, and whoever waits for an answer does so at most the fourth."""

Keys = tuple[PublicKey, ...]


_UNFIT = (NotSigned, JoseError, UnsupportedAlgorithm)


def keys_in_file(content: bytes) -> tuple[Keys, bool]:
    """The public keys of a JWKS, a JWK or a PEM, and whether a private one was among them.

    Of a private key its public part alone is taken. Raises BadFile where there is none that fits.
    """
    try:
        pem = b"-----BEGIN" in content
        found: dict[str, list[object]] = _pem(content) if pem else json.loads(content)
        listed: list[object] = found.get("keys", [found])
        keys = tuple(public_key(each) for each in listed)
    except (ValueError, TypeError, AttributeError, *_UNFIT) as error:
        raise _no_keys() from error
    if not 0 < len(keys) <= MOST_KEYS:
        raise _no_keys()
    return keys, any(is_private(each) for each in listed)


def _pem(content: bytes) -> dict[str, list[object]]:
    private = b"PRIVATE KEY" in content
    key = load_pem_private_key(content, None).public_key() if private else None
    jwk = _as_jwk(key or load_pem_public_key(content))
    return {"keys": [{**jwk, "d": ""} if private else jwk]}


def _as_jwk(key: object) -> dict[str, str | list[str]]:
    match key:
        case ec.EllipticCurvePublicKey():
            return ECKey(key, key).as_dict()
        case rsa.RSAPublicKey():
            return RSAKey(key, key).as_dict()
        case ed25519.Ed25519PublicKey():
            return OKPKey(key, key).as_dict()
    raise NotSigned


def _no_keys() -> BadFile:
    return BadFile(
        "The file holds no public keys that fit: a JWKS, a JWK or a PEM with EC P-256, Ed25519, or "
        "RSA of 2048 bits and more.",
        spanish="El archivo no contiene claves públicas que sirvan: un JWKS, un JWK o un PEM con "
        "EC P-256, Ed25519 o RSA de 2048 bits o más.",
        subject="jwks",
    )


def as_text(keys: Sequence[PublicKey]) -> str:
    """A key set as it is kept; `from_text` reads it."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


@lru_cache(maxsize=1024)
def from_text(text: str) -> Keys:
    """The usable keys of a JWKS. Raises NotSigned for what is none.

    Keys of other kinds stand aside (RFC 7517, 5); a shared secret never comes in.
    """
    try:
        listed = json.loads(text)["keys"]
        return tuple(_usable(listed[:MOST_KEYS]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotSigned from error


def _usable(listed: Sequence[object]) -> Iterator[PublicKey]:
    for each in listed:
        if isinstance(each, dict) and each.get("use", "sig") == "sig":
            try:
                yield public_key(each)
            except NotSigned:
                continue


class RemoteKeys:
    """Keys that are published elsewhere, remembered for a while. Safe to share between threads.

    They are fetched beside the requests that need them: while those that are known will do, nobody
    waits; else at most one thread does, so that an issuer that hangs holds nobody else up.
    """

    def __init__(self, find: Callable[[], Keys], timer: Callable[[], float] = time.monotonic):
        self._find = find
        self._timer = timer
        self._lock = threading.Lock()
        self._waiting = threading.Semaphore(1)
        self._flight: threading.Event | None = None
        self._keys: Keys = ()
        self._fetched_at = self._asked_at = float("-inf")

    def get(self, kid: str | None) -> Keys:
        """The keys, asked for anew where one is named that is unknown; none where all is silent."""
        keys, flight = self._look(kid)
        if flight is not None and self._waiting.acquire(blocking=False):
            try:
                flight.wait(PATIENCE)
            finally:
                self._waiting.release()
            keys, _ = self._look(kid)
        return keys

    def _look(self, kid: str | None) -> tuple[Keys, threading.Event | None]:
        """What is known now, and what to wait for where that is not enough."""
        with self._lock:
            now = self._timer()
            keys = self._keys if now - self._fetched_at < OLDEST else ()
            enough = any(kid is None or key.kid == kid for key in keys)
            due = not enough or now - self._fetched_at >= FRESH
            if due and self._flight is None and now - self._asked_at >= PAUSE:
                self._asked_at = now
                self._flight = threading.Event()
                threading.Thread(target=self._fetch, args=(self._flight,), daemon=True).start()
            return keys, None if enough else self._flight

    def _fetch(self, flight: threading.Event) -> None:
        found: Keys = ()
        try:
            found = self._find()
        except (GatewayError, NotSigned):
            pass  # whoever needs a key that is not there says so
        finally:
            with self._lock:
                if found:
                    self._keys, self._fetched_at = found, self._timer()
                self._flight = None
            flight.set()


def keys_at(url: str, bounds: Bounds) -> Keys:
    """The keys that an address publishes. Raises StorageFault and BadConfiguration."""
    return from_text(fetch(url, bounds).decode("utf-8", "replace"))


def keys_by_discovery(issuer: str, bounds: Bounds) -> Keys:
    """The keys of an issuer that says itself where they are. Source: OpenID Connect Discovery, 4.

    Raises StorageFault where it says so for somebody else.
    """
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        found = json.loads(fetch(url, bounds))
    except (ValueError, RecursionError):
        found = None
    where = found.get("jwks_uri") if isinstance(found, dict) else None
    if not isinstance(where, str) or found["issuer"] != issuer:
        raise StorageFault(f"{url} does not speak for {issuer}.", subject=url)
    return keys_at(where, bounds)


class KeySources:
    """Where others publish their keys: each address is remembered once."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lock = threading.Lock()
        self._sources: dict[str, RemoteKeys] = {}

    def at(self, url: str) -> RemoteKeys:
        """The keys at an address that somebody registered."""
        with self._lock:
            if url not in self._sources:
                self._sources[url] = RemoteKeys(lambda: keys_at(url, self._bounds))
            return self._sources[url]

    def of_issuer(self, issuer: str, url: str) -> RemoteKeys:
        """The keys of an issuer: at an address, else where it says itself."""
        if url:
            return self.at(url)
        return RemoteKeys(lambda: keys_by_discovery(issuer, self._bounds))
