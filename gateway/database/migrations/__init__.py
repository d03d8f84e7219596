"""Revisions of the tables, one a module, in the order of their numbers; none is ever changed."""
