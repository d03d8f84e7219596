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
    sheet: str,
    cell: str,
    value: str,
    maps: tuple[str, ...],
    closest: tuple[tuple[str, str], ...],
) -> Finding:
    """Every label has a code in each of the provision's code maps that it is looked up in.

    `closest` are known labels with their codes, best first.
    """
    codes = ", ".join(maps)
    near = ", ".join(f"{label} ({code})" for label, code in closest)
    es = f" Las más parecidas: {near}." if near else ""
    en = f" The closest: {near}." if near else ""
    line = f'"{value}",{closest[0][1]}' if closest else f'"{value}",'
    code_es, code_en = ("", "") if closest else ("CÓDIGO", "CODE")
    return _error(
        "unmapped_label",
        sheet,
        cell,
        value,
        f"La etiqueta «{value}» no está en {codes}.{es} Corríjala en el archivo, o añada a {codes} "
        f"la línea {line}{code_es} si es la correcta.",
        f"The label “{value}” is not in {codes}.{en} Mend it in the file, or add the line "
        f"{line}{code_en} to {codes} if that is what it is.",
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


def unheaded_column(sheet: str, cell: str, many: int) -> Finding:
    """No column of figures stands without a heading."""
    return _error(
        "unheaded_value",
        sheet,
        cell,
        "",
        f"Hay {many} cifras en una columna sin encabezado. Escriba el encabezado o borre la "
        "columna.",
        f"{many} figures stand in a column without a heading. Write the heading or clear the "
        "column.",
    )


def unlabelled_row(sheet: str, cell: str, many: int) -> Finding:
    """No row of figures stands without a label."""
    return _error(
        "unheaded_value",
        sheet,
        cell,
        "",
        f"Hay {many} cifras en una fila sin etiqueta. Escriba la etiqueta o borre la fila.",
        f"{many} figures stand in a row without a label. Write the label or clear the row.",
    )


def figure_disagrees(sheet: str, cell: str, stated: str, agreed: str, total: str) -> Finding:
    """Every figure agrees with the totals of its row and of the groups that it is in."""
    return _error(
        "figure_disagrees",
        sheet,
        cell,
        stated,
        f"Esta cifra dice {stated}; con el total de su fila ({total}) y los de los grupos que la "
        f"contienen cuadraría {agreed}. Corrija la cifra, o los totales si es correcta.",
        f"This figure says {stated}; the total of its row ({total}) and those of the groups that "
        f"it is in would agree with {agreed}. Mend the figure, or the totals if it is right.",
    )


def total_row_disagrees(sheet: str, cell: str, value: str, off: int, tried: int) -> Finding:
    """The totals of a row are the sums of the rows that are nested in it."""
    return _error(
        "control_mismatch",
        sheet,
        cell,
        value,
        f"«{value}» no es la suma de sus partes en {off} de {tried} columnas. Revise la sangría "
        "de esta fila y de las siguientes: indica qué filas suma.",
        f"“{value}” is not the sum of its parts in {off} of {tried} columns. Look at the indent of "
        "this row and the ones after it: it says which rows are added up.",
    )


def ambiguous_label(
    sheet: str, cell: str, value: str, codes: tuple[str, ...], component: str
) -> Finding:
    """Every label stands for one code; where it can mean several, nothing is guessed."""
    return _error(
        "ambiguous_label",
        sheet,
        cell,
        value,
        f"«{value}» puede ser {' o '.join(codes)} en {component}, y no se adivina. Entregue el "
        "dato con más detalle, o decida en el mapa de códigos cuál es.",
        f"“{value}” can be {' or '.join(codes)} in {component}, and nothing is guessed. Hand in "
        "the figure in more detail, or decide in the code map which it is.",
    )


def empty_label(sheet: str, cell: str, component: str) -> Finding:
    """No record lacks what its series is named by."""
    return _error(
        "empty_label",
        sheet,
        cell,
        "",
        f"La celda está vacía y de ella sale {component}. Complétela, o indique en la provisión "
        "qué significa vacía.",
        f"The cell is empty, and {component} is read from it. Fill it in, or say in the provision "
        "what empty means.",
    )


def title_without(sheet: str, said: str, component: str) -> Finding:
    """The title or the sheet's name says what the provision reads in it."""
    return _error(
        "title_without",
        sheet,
        "*",
        said,
        f"De «{said}» debía salir {component}, y no está. Corrija el título o el nombre de la "
        "hoja.",
        f"{component} is read from “{said}”, and is not there. Mend the title or the sheet's name.",
    )


def outside_bands(sheet: str, cell: str, value: str, component: str) -> Finding:
    """Every number falls into one of the bands that the provision names."""
    return _error(
        "outside_bands",
        sheet,
        cell,
        value,
        f"«{value}» no es un número de las franjas de {component}. Corríjalo, o amplíe las "
        "franjas en la provisión.",
        f"“{value}” is no number of the bands of {component}. Mend it, or widen the bands in the "
        "provision.",
    )


def formula_unsaved(sheet: str, cell: str, value: str) -> Finding:
    """Every formula was saved with its result."""
    return _error(
        "formula_unsaved",
        sheet,
        cell,
        value,
        "La celda tiene una fórmula sin su resultado. Abra el libro en su programa de hojas de "
        "cálculo, guárdelo y entréguelo.",
        "The cell has a formula without its result. Open the workbook in your spreadsheet "
        "program, save it and hand it in.",
    )


def figure_missing(sheet: str, cell: str, agreed: str, total: str) -> Finding:
    """No figure is missing that the totals around it count."""
    return _error(
        "figure_missing",
        sheet,
        cell,
        "",
        f"La celda está vacía, y el total de su fila ({total}) y los de los grupos que la "
        f"contienen cuentan {agreed}. Escriba la cifra, o corrija los totales.",
        f"The cell is empty, and the total of its row ({total}) and those of the groups that it "
        f"is in count {agreed}. Write the figure, or mend the totals.",
    )


def figures_outside(sheet: str, many: int) -> Finding:
    """The figures of a sheet stand in its table."""
    return _error(
        "figures_outside",
        sheet,
        "*",
        "",
        f"Hay {many} cifras fuera del cuadro. Revise que cada página tenga su encabezado, y que "
        "ninguna nota corte el cuadro antes de tiempo.",
        f"{many} figures stand outside the table. See that each page has its heading, and that no "
        "remark ends the table too soon.",
    )
