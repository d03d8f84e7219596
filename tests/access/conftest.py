"""Every test of this room that has a home runs on each kind of database."""

from tests.databases import home

__all__ = ["home"]
