"""What is wrong with an artefact, in the words that its maintainer reads."""


class Fault(Exception):
    """A fault in one file; it becomes a line of the report on its folder."""
