"""Every rule has a name and says in both languages what it demands."""

import ast
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

import gateway.intake
from gateway.cli import commands
from gateway.intake.statements import STATEMENTS

FOLDER = Path(gateway.intake.__file__).parent
MODULES = ("rules.py", "list_rules.py", "verdicts.py")
MAKERS = {"_error": 0, "_warning": 0, "make": 0, "Finding": 1}


def named() -> Iterator[str]:
    """The names of the rules for which findings are made."""
    for module in MODULES:
        for node in ast.walk(ast.parse((FOLDER / module).read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = MAKERS.get(node.func.id)
                name = None if at is None else node.args[at]
                if isinstance(name, ast.Constant):
                    yield str(name.value)


def test_every_rule_states_what_it_demands() -> None:
    """None is without a statement, and no statement without a rule."""
    assert {*named()} == {*STATEMENTS}


def test_statements_are_in_both_languages() -> None:
    """One sentence each."""
    for each in STATEMENTS.values():
        assert each.es != each.en
        assert each.es.endswith(".")
        assert each.en.endswith(".")


def test_the_command_line_lists_them() -> None:
    """For those who want to know beforehand."""
    es, en = (
        CliRunner().invoke(commands, ["config", "rules", "--lang", language]).output
        for language in ("es", "en")
    )

    assert all(each in es and each in en for each in STATEMENTS)
    assert STATEMENTS["jump"].es in es
    assert STATEMENTS["jump"].en in en
