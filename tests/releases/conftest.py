"""Every test of this room that has a home runs on each kind of database and place of files."""

from tests.homes import on_each_database
from tests.homes import on_each_storage as home

__all__ = ["home", "on_each_database"]
