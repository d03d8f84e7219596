"""Grants: who may do what with which figures, under which agreement, and who said so.

Additive, and nothing is allowed that no grant allows; but what an administrator denies is denied
whatever else is granted. A grant is never changed: it is revoked, and stays on record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex

from sqlalchemy import Connection, Row, delete, insert, select, update

from gateway.access import caller, patterns
from gateway.database import Database, as_text, embargoes, grants, groups, policy
from gateway.errors import BadSyntax, NotFound, SemanticError
from gateway.model.visibility import FREE

AUDIT = "audit"
ACTIONS = (*caller.ACTIONS, AUDIT)
"""What a grant allows; `audit` is to see who asked for a provider's data."""

EVERYONE = "*"
KINDS = ("client", "group", "organisation", "person")
"""Whom a grant is to: everyone who has a good token, or one of these by its id."""

MEMBERS = ("client", "person")

RESTRICTED = frozenset("ACDEGMNOSTX")
"""The codes of CONF_STATUS that are not free. Source: SDMX:CL_CONF_STATUS(1.3)."""

VERSION = "SELECT version FROM policy"
"""Asks for the version of all rules at a glance."""

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do with the figures of some providers in some dataflows.

    `subject` is ``*`` or a kind and an id, ``client:ine-gt``. `region` narrows it to a part of the
    cube. `statuses` are the codes of CONF_STATUS read besides what is free; `embargoed` reads
    releases ahead of their time. It holds from `valid_from` on until `valid_to`, for ever where
    they are None. With `denies` it takes away rather than gives.
    """

    subject: str
    actions: tuple[str, ...]
    provider: str = patterns.EVERY
    dataflow: str = patterns.EVERY
    region: str = ""
    statuses: frozenset[str] = frozenset()
    embargoed: bool = False
    denies: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    agreement: str = ""
    approved_by: str = ""
    created_by: str = ""
    created_at: datetime | None = None
    id: str = ""
    revoked_by: str | None = None
    revoked_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment, as far as its own times say."""
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_to is None or at < self.valid_to)

    def what(self) -> tuple[object, ...]:
        """What it says, whoever wrote it down and when: two grants that say the same are one."""
        return (
            *(self.subject, self.actions, self.provider, self.dataflow, self.region),
            *(tuple(sorted(self.statuses)), self.embargoed, self.denies),
            *(self.valid_from, self.valid_to, self.agreement, self.approved_by),
        )


@dataclass(frozen=True, slots=True)
class RegionEmbargo:
    """A part of what a provision states that nobody reads before a moment."""

    id: str
    provision: str
    region: str
    until: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that decides who sees what, of one version."""

    version: str
    grants: tuple[Grant, ...]
    members: Mapping[str, frozenset[str]]
    embargoes: tuple[RegionEmbargo, ...]

    def groups_of(self, names: Iterable[str]) -> frozenset[str]:
        """The groups that somebody of these names is a member of."""
        wanted = frozenset(names)
        return frozenset(group for group, members in self.members.items() if members & wanted)


def checked(grant: Grant) -> Grant:
    """A grant as it is kept. Raises BadSyntax and SemanticError for what means nothing."""
    subject_of(grant.subject)
    for word, known in ((grant.actions, ACTIONS), (grant.statuses, RESTRICTED)):
        if unknown := sorted({*word} - {*known} - {FREE}):
            raise SemanticError(
                f"A grant knows no {', '.join(unknown)}.",
                spanish=f"Una concesión no conoce {', '.join(unknown)}.",
                allowed=sorted(known),
            )
    if not grant.actions:
        raise SemanticError(
            "A grant allows something.", spanish="Una concesión permite algo.", allowed=ACTIONS
        )
    patterns.region_parts(grant.region)
    _refuse_contradiction(grant)
    return replace(
        grant,
        actions=tuple(each for each in ACTIONS if each in grant.actions),
        provider=patterns.provider_pattern(grant.provider),
        dataflow=patterns.flow_pattern(grant.dataflow),
        statuses=grant.statuses - {FREE},
        agreement=_plain(grant.agreement, "agreement"),
        approved_by=_plain(grant.approved_by, "approved_by"),
    )


def _refuse_contradiction(grant: Grant) -> None:
    if grant.valid_from and grant.valid_to and grant.valid_to <= grant.valid_from:
        raise SemanticError(
            "The grant ends before it begins.",
            spanish="La concesión termina antes de empezar.",
            subject="valid_to",
        )
    if grant.denies and (grant.statuses or grant.embargoed):
        raise SemanticError(
            "What is denied is denied whatever its status: leave statuses and embargo out.",
            spanish="Lo que se niega se niega sea cual sea su estado: deje fuera estados y "
            "embargo.",
            subject="denies",
        )
    if grant.embargoed and grant.region:
        # One release is read at a time: of the rest nothing would be seen until it is public.
        raise SemanticError(
            "Who reads ahead reads whole releases: a grant that is embargoed has no region.",
            spanish="Quien lee por adelantado lee entregas enteras: una concesión bajo embargo "
            "no tiene región.",
            subject="region",
        )
    if grant.region and grant.actions != (caller.READ,):
        raise SemanticError(
            "Only reading is granted by region.",
            spanish="Solo la lectura se concede por región.",
            subject="region",
        )


def subject_of(text: str) -> tuple[str, str]:
    """The kind and the id of a subject; both ``*`` for everyone. Raises BadSyntax."""
    if text == EVERYONE:
        return EVERYONE, EVERYONE
    kind, _, id = text.partition(":")
    if kind not in KINDS or not id or not id.isprintable() or len(text) > _LONGEST:
        allowed = (EVERYONE, *(f"{each}:ID" for each in KINDS))
        raise BadSyntax(
            f"{text[:80]!r} names nobody.",
            spanish=f"{text[:80]!r} no nombra a nadie.",
            subject="subject",
            allowed=allowed,
        )
    return kind, id


def _plain(text: str, what: str) -> str:
    if not (text == "" or text.isprintable()) or len(text) > 200:
        raise SemanticError(
            f"{what} takes at most 200 letters.",
            spanish=f"{what} lleva a lo más 200 letras.",
            subject=what,
        )
    return text


class Grants:
    """The grants, groups and embargoes of regions of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> str:
        """The version of all rules; asked by every question, so that a change acts on the next."""
        if (row := self._database.glance(VERSION)) is not None:
            return str(row[0])
        with self._database.reading() as connection:
            return str(connection.execute(_VERSION).scalar())

    def rules(self) -> Rules:
        """All rules that are in force or will be, as of one moment."""
        with self._database.reading() as connection:
            version = str(connection.execute(_VERSION).scalar())
            rows = connection.execute(_IN_FORCE).all()
            members = connection.execute(select(groups)).all()
            held = connection.execute(select(embargoes)).all()
        found: dict[str, set[str]] = {}
        for row in members:
            found.setdefault(row.group_id, set()).add(row.member)
        return Rules(
            version,
            tuple(_grant(row) for row in rows),
            {group: frozenset(each) for group, each in found.items()},
            tuple(_embargo(row) for row in held),
        )

    def all(self) -> list[Grant]:
        """Every grant, oldest first, revoked ones too."""
        with self._database.reading() as connection:
            rows = connection.execute(select(grants).order_by(grants.c.created_at)).all()
        return [_grant(row) for row in rows]

    def get(self, id: str) -> Grant:
        """One grant. Raises NotFound."""
        found = [each for each in self.all() if each.id == id]
        if not found:
            raise NotFound(f"There is no grant {id}.", spanish=f"No hay permiso {id}.", subject=id)
        return found[0]

    def add(self, grant: Grant, by: str, now: datetime) -> Grant:
        """Put a grant on record. Raises BadSyntax and SemanticError for one that means nothing."""
        return self.change([grant], [], by, now)[0]

    def revoke(self, id: str, by: str, now: datetime) -> None:
        """End a grant at once, for tokens that are out too. Raises NotFound."""
        if self.get(id).revoked_at is not None:
            raise NotFound(
                f"The grant {id} is revoked already.",
                spanish=f"La concesión {id} ya está revocada.",
                subject=id,
            )
        self.change([], [id], by, now)

    def change(
        self, added: Iterable[Grant], revoked: Iterable[str], by: str, now: datetime
    ) -> list[Grant]:
        """Add some grants and revoke others, all of it or nothing."""
        made = [
            replace(checked(each), id=f"grant-{token_hex(4)}", created_by=by, created_at=now)
            for each in added
        ]
        ended = {"revoked_by": by, "revoked_at": as_text(now)}
        with self._database.writing() as connection:
            for each in made:
                connection.execute(insert(grants).values(_row(each)))
            for id in revoked:
                connection.execute(update(grants).where(grants.c.grant_id == id).values(ended))
            _renew(connection)
        return made

    def set_members(self, group: str, members: Iterable[str]) -> None:
        """Say who is in a group: ``client:…`` and ``person:…``; without anybody it is gone."""
        wanted = sorted(set(members))
        for each in (f"group:{group}", *wanted):
            kind, _ = subject_of(each)
            if kind not in MEMBERS and each != f"group:{group}":
                raise BadSyntax(
                    f"{each!r} is no member.",
                    spanish=f"{each!r} no es un miembro.",
                    subject=group,
                    allowed=MEMBERS,
                )
        with self._database.writing() as connection:
            connection.execute(delete(groups).where(groups.c.group_id == group))
            for each in wanted:
                connection.execute(insert(groups).values(group_id=group, member=each))
            _renew(connection)

    def embargo(
        self, provision: str, region: str, until: datetime, by: str, now: datetime
    ) -> RegionEmbargo:
        """Hold a region of a provision back until a moment, in every release."""
        patterns.region_parts(region)
        if until <= now:
            raise SemanticError(
                f"{until.isoformat()} lies in the past.",
                spanish=f"{until.isoformat()} ya pasó.",
                subject="until",
            )
        made = RegionEmbargo(f"embargo-{token_hex(4)}", provision, region, until, by)
        row = {
            "embargo_id": made.id,
            "provision": provision,
            "region": region,
            "until": as_text(until),
            "created_by": by,
            "created_at": as_text(now),
        }
        with self._database.writing() as connection:
            connection.execute(insert(embargoes).values(row))
            _renew(connection)
        return made

    def lift(self, id: str) -> None:
        """End an embargo now. Raises NotFound."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(embargoes).where(embargoes.c.embargo_id == id))
            if not gone.rowcount:
                raise NotFound(
                    f"There is no embargo {id}.", spanish=f"No hay ningún embargo {id}.", subject=id
                )
            _renew(connection)


_VERSION = select(policy.c.version)
_IN_FORCE = select(grants).where(grants.c.revoked_at.is_(None)).order_by(grants.c.grant_id)


def _renew(connection: Connection) -> None:
    """Another version: a number that grows, and a stamp that no restored database can repeat."""
    before = str(connection.execute(_VERSION).scalar())
    number = int(before.partition("-")[0]) + 1
    connection.execute(update(policy).values(version=f"{number}-{token_hex(4)}"))


def _row(grant: Grant) -> dict[str, object]:
    def moment(at: datetime | None) -> str | None:
        return None if at is None else as_text(at)

    names = ("subject", "provider", "dataflow", "region", "embargoed", "denies")
    plain = {name: getattr(grant, name) for name in (*names, "agreement", "approved_by")}
    return plain | {
        "grant_id": grant.id,
        "actions": " ".join(grant.actions),
        "statuses": " ".join(sorted(grant.statuses)),
        "created_by": grant.created_by,
        "created_at": moment(grant.created_at),
        "valid_from": moment(grant.valid_from),
        "valid_to": moment(grant.valid_to),
    }


def _grant(row: Row[*tuple[object, ...]]) -> Grant:
    def moment(text: str | None) -> datetime | None:
        return None if text is None else datetime.fromisoformat(text)

    return Grant(
        row.subject,
        tuple(row.actions.split()),
        row.provider,
        row.dataflow,
        row.region,
        embargoed=row.embargoed,
        denies=row.denies,
        agreement=row.agreement,
        approved_by=row.approved_by,
        created_by=row.created_by,
        statuses=frozenset(row.statuses.split()),
        valid_from=moment(row.valid_from),
        valid_to=moment(row.valid_to),
        created_at=moment(row.created_at),
        id=row.grant_id,
        revoked_by=row.revoked_by,
        revoked_at=moment(row.revoked_at),
    )


def _embargo(row: Row[*tuple[object, ...]]) -> RegionEmbargo:
    until = datetime.fromisoformat(row.until)
    return RegionEmbargo(row.embargo_id, row.provision, row.region, until, row.created_by)
