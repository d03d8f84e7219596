"""Accounts: everything on people, over one database and one seal."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from gateway.access.apps import Apps
from gateway.access.credentials import Credentials
from gateway.access.devices import Devices
from gateway.access.families import AT_ONCE, Families, sweep_families
from gateway.access.guesses import Guesses
from gateway.access.invitations import Invitations
from gateway.access.people import People
from gateway.access.purposes import Purposes
from gateway.access.sessions import Sessions, sweep_sessions
from gateway.database import Database


class Accounts:
    """The people of one home, how they sign in, and what they let clients do."""

    def __init__(self, database: Database, seal: Purposes, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.seal = seal
        self.people = People(database)
        self.guesses = Guesses(database, clock)
        self.credentials = Credentials(database, seal, clock)
        self.invitations = Invitations(database, self.credentials, clock)
        self.sessions = Sessions(database, clock)
        self.families = Families(database)
        self.devices = Devices(database)
        self.apps = Apps(database)

    def sweep(self) -> int:
        """Forget every session and family that was over a day ago; how many."""
        return sum(self._sweep(each) for each in (sweep_sessions, sweep_families))

    def _sweep(self, some: Callable[[Connection, datetime], int]) -> int:
        swept = 0
        while True:
            with self._database.writing() as connection:
                found = some(connection, self._clock())
            swept += found
            if found < AT_ONCE:
                return swept
