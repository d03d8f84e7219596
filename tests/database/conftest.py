"""Every test of this room that has a home runs on each kind of database."""

from tests.homes import unopened_on_each_database as home

__all__ = ["home"]
