"""The second factor: codes of six figures that change every thirty seconds, and recovery codes.

Source: RFC 6238 (TOTP) over RFC 4226 (HOTP), with SHA-1 and 160 bits, which every app can do.
"""

import base64
import hashlib
import hmac
import re
import secrets
import struct
from datetime import datetime
from urllib.parse import quote

STEP = 30
"""Seconds that a code is shown for."""

_DRIFT = 1
"""Steps by which a telephone's clock may differ, either way."""

_RECOVERY = re.compile(r"[A-Z2-7]{16}")


def new_secret() -> str:
    """A secret of 160 random bits, as apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address(secret: str, account: str, issuer: str) -> str:
    """What a QR code says to an app. Source: Google Authenticator, Key URI Format."""
    label = f"{quote(issuer)}:{quote(account)}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}"


def code_at(secret: str, step: int) -> str:
    """The code of one step since 1970.

    >>> code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 // 30)
    '287082'
    """
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is; None where it is none of about now."""
    current = int(now.timestamp()) // STEP
    code = re.sub(r"\s", "", code)
    found = None
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes for whoever loses the telephone, each good once."""
    made = (base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(10))
    return ["-".join(re.findall("....", code)) for code in made]


def recovery_digest(code: str) -> str | None:
    """What is kept of a recovery code, however it is typed; None for what is none."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return hashlib.sha256(plain.encode()).hexdigest() if _RECOVERY.fullmatch(plain) else None
