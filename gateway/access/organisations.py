"""Organisations: statistical offices and others that clients and people act for."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from gateway.access.stamp import touch
from gateway.database import Database, as_text, organisations
from gateway.errors import NotFound, SemanticError
from gateway.model.text import Text

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation; its id is the one that data providers and CONF_REDIST know it by."""

    id: str
    name: Text
    created_at: datetime
    revoked_at: datetime | None = None


class Organisations:
    """The organisations of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, id: str, name: Text, now: datetime) -> Organisation:
        """Register an organisation. Raises SemanticError for an id that is taken or is none."""
        if not _ID.fullmatch(id):
            raise SemanticError(
                f"{id!r} is no organisation's id: letters, figures, _ and - only.",
                spanish=f"{id!r} no es un identificador de organización: solo letras, cifras, _ "
                "y -.",
            )
        row = {
            "organisation": id,
            "name_es": name.es,
            "name_en": name.en,
            "created_at": as_text(now),
        }
        with self._database.writing() as connection:
            if known(connection, id):
                raise SemanticError(
                    f"The organisation {id} is there already.",
                    spanish=f"La organización {id} ya existe.",
                    subject=id,
                )
            connection.execute(insert(organisations).values(row))
        return Organisation(id, name, now)

    def rename(self, id: str, name: Text) -> None:
        """Say anew what an organisation is called."""
        said = {"name_es": name.es, "name_en": name.en}
        with self._database.writing() as connection:
            refuse_unknown(connection, id)
            of = update(organisations).where(organisations.c.organisation == id)
            connection.execute(of.values(said))

    def all(self) -> list[Organisation]:
        """Every organisation, by id."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(organisations).order_by(organisations.c.organisation)
            ).all()
        return [
            Organisation(
                row.organisation,
                Text(es=row.name_es, en=row.name_en),
                datetime.fromisoformat(row.created_at),
                None if row.revoked_at is None else datetime.fromisoformat(row.revoked_at),
            )
            for row in rows
        ]

    def stands(self, id: str) -> bool:
        """Whether there is an organisation with an id that was not revoked."""
        return any(each.id == id and each.revoked_at is None for each in self.all())

    def revoke(self, id: str, now: datetime) -> None:
        """Stop every client that acts for an organisation, at once. Raises NotFound."""
        there = organisations.c.organisation == id, organisations.c.revoked_at.is_(None)
        revoked = update(organisations).where(*there).values(revoked_at=as_text(now))
        with self._database.writing() as connection:
            if not connection.execute(revoked).rowcount:
                raise NotFound(
                    f"There is no organisation {id} that could be revoked.",
                    spanish=f"No hay organización {id} que se pueda revocar.",
                    subject=id,
                )
            touch(connection)


def known(connection: Connection, id: str) -> bool:
    """Whether there is an organisation with an id."""
    wanted = select(organisations.c.organisation).where(organisations.c.organisation == id)
    return connection.execute(wanted).first() is not None


def refuse_unknown(connection: Connection, id: str) -> None:
    """Raise NotFound where there is no organisation with an id."""
    if not known(connection, id):
        raise NotFound(
            f"There is no organisation {id}.", spanish=f"No hay organización {id}.", subject=id
        )
