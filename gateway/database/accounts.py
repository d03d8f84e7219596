"""The tables of people: accounts, how they sign in, and what they let clients do for them.

Of passwords, codes, tokens and cookies only hashes stand here; the secret of a second factor is
sealed under a key of the home (`gateway.access.seal`).
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text

from gateway.database.tables import metadata

people = Table(
    "people",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("organisation", String(64), ForeignKey("organisations.organisation")),
    Column("issuer", String(255)),  # who vouches for the person; none: a password of ours
    Column("password", String(255)),  # argon2id with its parameters; none until it is chosen
    Column("second_factor", Text),
    Column("second_factor_step", BigInteger),  # of the last code: none is taken twice
    Column("created_at", String(32), nullable=False),
    Column("revoked_at", String(32)),
)

person_scopes = Table(
    "person_scopes",
    metadata,
    Column("person", String(64), ForeignKey("people.person"), primary_key=True),
    Column("scope", String(64), primary_key=True),
)

person_groups = Table(
    "person_groups",
    metadata,
    Column("person", String(64), ForeignKey("people.person"), primary_key=True),
    Column("member_of", String(64), primary_key=True),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("sha256", String(64), primary_key=True),  # 80 random bits need no slow hash
    Column("person", String(64), ForeignKey("people.person"), nullable=False, index=True),
    Column("used_at", String(32)),
)

invitations = Table(
    "invitations",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("person", String(64), ForeignKey("people.person"), index=True),  # none: the first one
    Column("asks", String(16), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("used_at", String(32)),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("person", String(64), ForeignKey("people.person"), nullable=False, index=True),
    Column("agent", String(200), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
    Column("ended_at", String(32)),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("person", String(64), ForeignKey("people.person"), nullable=False, index=True),
    Column("created_at", String(32), nullable=False),
)

guesses = Table(
    "guesses",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of whoever tries, and at what
    Column("failures", Integer, nullable=False),
    Column("last_at", String(32), nullable=False),
)

redirect_uris = Table(
    "redirect_uris",
    metadata,
    Column("client_id", String(64), ForeignKey("clients.client_id"), primary_key=True),
    Column("uri", String(255), primary_key=True),
)

consents = Table(
    "consents",
    metadata,
    Column("person", String(64), ForeignKey("people.person"), primary_key=True),
    Column("client_id", String(64), ForeignKey("clients.client_id"), primary_key=True),
    Column("scope", String(400), nullable=False),
    Column("given_at", String(32), nullable=False),
)

families = Table(
    "families",
    metadata,
    Column("family", String(32), primary_key=True),
    Column("person", String(64), ForeignKey("people.person"), nullable=False, index=True),
    Column("client_id", String(64), ForeignKey("clients.client_id"), nullable=False),
    Column("scope", String(400), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("ended_at", String(32)),
    Column("because", String(32)),
    Column("key", String(64)),  # that its tokens are bound to, by its thumbprint (RFC 9449)
    Column("details", Text),  # what they are narrowed to (RFC 9396), as JSON; none: to nothing less
)

codes = Table(
    "codes",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("family", String(32), ForeignKey("families.family"), nullable=False),
    Column("redirect_uri", String(400), nullable=False),
    Column("challenge", String(128), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("used_at", String(32)),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("family", String(32), ForeignKey("families.family"), nullable=False, index=True),
    Column("expires_at", String(32), nullable=False),
    Column("used_at", String(32)),
)

device_codes = Table(
    "device_codes",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("user_code", String(64), nullable=False, unique=True),  # its SHA-256
    Column("client_id", String(64), ForeignKey("clients.client_id"), nullable=False),
    Column("scope", String(400), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("interval", Integer, nullable=False),  # seconds between two questions
    Column("asked_at", String(32)),
    Column("refused", Boolean),  # none until somebody decides
    Column("family", String(32), ForeignKey("families.family")),
    Column("used_at", String(32)),
    Column("details", Text),  # what it asks its tokens to be narrowed to, as in families
)
