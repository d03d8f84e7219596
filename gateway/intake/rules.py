"""The rules that a submission must pass: each a name, and what its finding says in two languages.

A rule's words name what is wrong and then what to do about it. Adding a rule is adding a function.
"""

from gateway.model.finding import Finding, Severity
from gateway.model.text import Text


def _error(rule: str, sheet: str, cell: str, value: str, es: str, en: str) -> Finding:
    return Finding(Severity.ERROR, rule, sheet, cell, value, Text(es, en))


def table_not_found(sheet: str, heading: str, severity: Severity) -> Finding:
    """A sheet has the table that the provision describes."""
    return Finding(
        severity,
        "table_not_found",
        sheet,
        "*",
        "",
        Text(
            f"No hay en la hoja ninguna celda que diga «{heading}», el encabezado del cuadro. "
            "Entregue el cuadro de esta provisión, o corrija el encabezado.",
            f"No cell of the sheet says “{heading}”, the table's heading. "
            "Hand in this provision's table, or mend the heading.",
        ),
    )


def table_empty(sheet: str, cell: str) -> Finding:
    """A table has figures."""
    return _error(
        "table_empty",
        sheet,
        cell,
        "",
        "El cuadro no tiene ninguna fila con cifras. Entregue el cuadro lleno.",
        "The table has no row with figures. Hand in the table filled in.",
    )


def period_not_found(sheet: str, cell: str, value: str) -> Finding:
    """Every observation has a year, and a month where the file has months."""
    return _error(
        "period_not_found",
        sheet,
        cell,
        value,
        f"«{value}» no indica el período. Escriba el año con cuatro cifras, o el mes con su "
        "nombre en español.",
        f"“{value}” tells no period. Write the year in four digits, or the month by its Spanish "
        "name.",
    )


def unmapped_label(
    sheet: str, cell: str, value: str, maps: tuple[str, ...], closest: tuple[str, ...]
) -> Finding:
    """Every label has a code in each of the provision's code maps that it is looked up in."""
    codes = ", ".join(maps)
    es = f" Las más parecidas: {', '.join(closest)}." if closest else ""
    en = f" The closest: {', '.join(closest)}." if closest else ""
    return _error(
        "unmapped_label",
        sheet,
        cell,
        value,
        f"La etiqueta «{value}» no está en {codes}.{es} Corríjala en el archivo, o añada a {codes} "
        f'la línea "{value}",CÓDIGO.',
        f"The label “{value}” is not in {codes}.{en} Mend it in the file, or add the line "
        f'"{value}",CODE to {codes}.',
    )


def level_missing(sheet: str, cell: str, value: str, level: int) -> Finding:
    """Every row of detail is nested as deep as the provision says."""
    return _error(
        "level_missing",
        sheet,
        cell,
        value,
        f"La fila «{value}» no llega al nivel {level} de la jerarquía. Revise la sangría de esta "
        "fila y de las siguientes.",
        f"The row “{value}” does not reach level {level} of the hierarchy. Look at the indent of "
        "this row and the ones after it.",
    )


def unknown_code(sheet: str, cell: str, code: str, component: str) -> Finding:
    """Every code is in the component's code list."""
    return _error(
        "unknown_code",
        sheet,
        cell,
        code,
        f"El código {code} no existe en la lista de {component}. Corrija el mapa de códigos, o "
        "añada el código a la lista.",
        f"The code {code} is not in the list of {component}. Mend the code map, or add the code "
        "to the list.",
    )


def not_a_number(sheet: str, cell: str, value: str) -> Finding:
    """Every cell of detail holds a number or a word that stands for one."""
    return _error(
        "not_a_number",
        sheet,
        cell,
        value,
        f"«{value}» no es un número. Escriba la cifra sin letras ni comas, o una de las palabras "
        "que la provisión admite para cero y para dato no disponible.",
        f"“{value}” is no number. Write the figure without letters or commas, or one of the words "
        "that the provision allows for zero and for not available.",
    )


def negative_number(sheet: str, cell: str, value: str) -> Finding:
    """A count is never below zero."""
    return _error(
        "negative_number",
        sheet,
        cell,
        value,
        f"{value} es negativo, y aquí se cuentan eventos o personas. Corrija la cifra.",
        f"{value} is negative, and events or persons are counted here. Mend the figure.",
    )


def unheaded_value(sheet: str, cell: str, value: str) -> Finding:
    """No figure of the table stands without a label or without a heading."""
    return _error(
        "unheaded_value",
        sheet,
        cell,
        value,
        f"«{value}» está dentro del cuadro sin etiqueta de fila o sin encabezado de columna. "
        "Complete la etiqueta o borre la celda.",
        f"“{value}” stands inside the table without a row label or a column heading. Complete "
        "the label or clear the cell.",
    )


def duplicate_key(sheet: str, cell: str, value: str, first: str) -> Finding:
    """No two figures state the same thing."""
    return _error(
        "duplicate_key",
        sheet,
        cell,
        value,
        f"Esta cifra repite la serie y el período de {first}. Deje solo una de las dos.",
        f"This figure repeats the series and period of {first}. Keep only one of the two.",
    )


def control_mismatch(sheet: str, cell: str, stated: str, computed: str, name: str) -> Finding:
    """Every total that the source states is the sum of its parts."""
    return _error(
        "control_mismatch",
        sheet,
        cell,
        stated,
        f"El total «{name}» dice {stated} y sus partes suman {computed}. Corrija el total o la "
        "parte que falta.",
        f"The total “{name}” says {stated} and its parts add up to {computed}. Mend the total or "
        "the part that is missing.",
    )
