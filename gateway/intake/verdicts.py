"""What the rules on coded rows say: a finding for each, in two languages."""

from gateway.intake.frame import Frame
from gateway.intake.sheet import shown
from gateway.model.finding import Finding, Severity
from gateway.model.text import Text


def _error(rule: str, sheet: str, cell: str, value: str, es: str, en: str) -> Finding:
    return Finding(Severity.ERROR, rule, sheet, cell, value, Text(es, en))


def _warning(rule: str, sheet: str, cell: str, value: str, es: str, en: str) -> Finding:
    return Finding(Severity.WARNING, rule, sheet, cell, value, Text(es, en))


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


def duplicate_line(frame: Frame, line: int, twin: int, many: int, *, by_row: bool) -> Finding:
    """No two rows or columns state the same things."""
    sheet, cell = frame.named_at(line, by_row=by_row)
    first = "!".join(frame.named_at(twin, by_row=by_row))
    es, en = ("fila", "row") if by_row else ("columna", "column")
    return _error(
        "duplicate_key",
        sheet,
        cell,
        "",
        f"Esta {es} repite {many} series y períodos de la {es} de {first}. Deje solo una de las "
        "dos, o corrija su etiqueta.",
        f"This {en} repeats {many} series and periods of the {en} of {first}. Keep only one of "
        "the two, or mend its label.",
    )


def not_allowed(sheet: str, cell: str, code: str, component: str, flow: str) -> Finding:
    """Every code makes sense in the dataflow."""
    return _error(
        "not_allowed",
        sheet,
        cell,
        code,
        f"El código {code} de {component} no se admite en {flow}. Corrija el mapa de códigos de la "
        "provisión, o la restricción del flujo.",
        f"The code {code} of {component} is not allowed in {flow}. Mend the provision's code map, "
        "or the dataflow's constraint.",
    )


def attribute_missing(sheet: str, cell: str, attribute: str, many: int) -> Finding:
    """Every observation has its mandatory attributes."""
    return _error(
        "attribute_missing",
        sheet,
        cell,
        "",
        f"A {many} observaciones les falta {attribute}, que es obligatorio. Complételo.",
        f"{many} observations lack {attribute}, which is mandatory. Fill it in.",
    )


def no_period(sheet: str, cell: str, period: str) -> Finding:
    """Every period is one that a calendar has."""
    return _error(
        "period_not_found",
        sheet,
        cell,
        period,
        f"«{period}» no es un período. Escríbalo como 2024, 2024-05, 2024-Q2 o 2024-S1.",
        f"“{period}” is no period. Write it as 2024, 2024-05, 2024-Q2 or 2024-S1.",
    )


def period_out_of_range(sheet: str, cell: str, period: str, earliest: int) -> Finding:
    """No figure is older than its source or of a time that has not come."""
    return _error(
        "period_out_of_range",
        sheet,
        cell,
        period,
        f"El período {period} es anterior a {earliest} o todavía no llega. Corrija el año o el "
        "mes.",
        f"The period {period} is before {earliest} or has not come yet. Mend the year or month.",
    )


def frequency_differs(sheet: str, cell: str, period: str, said: str) -> Finding:
    """Every period is as long as its series says that it is."""
    return _error(
        "frequency_differs",
        sheet,
        cell,
        period,
        f"{period} no es un período de frecuencia {said}. Corrija el período o FREQ.",
        f"{period} is no period of frequency {said}. Mend the period or FREQ.",
    )


def period_missing(sheet: str, periods: list[str]) -> Finding:
    """No period is missing between the first and the last."""
    said = ", ".join(periods[:12]) + (" …" if len(periods) > 12 else "")
    return _warning(
        "period_missing",
        sheet,
        "*",
        said,
        f"Faltan períodos entre el primero y el último: {said}. Si no se publicaron, no hay nada "
        "que hacer.",
        f"Periods are missing between the first and the last: {said}. If they were not published, "
        "there is nothing to do.",
    )


def decimals(sheet: str, cell: str, value: str) -> Finding:
    """What is counted is whole."""
    return _error(
        "decimals",
        sheet,
        cell,
        value,
        f"{value} tiene decimales, y aquí se cuentan eventos, documentos o personas. Corrija la "
        "cifra.",
        f"{value} has decimals, and events, documents or persons are counted here. Mend the "
        "figure.",
    )


def parts_and_total(sheet: str, cell: str, total: float, parts: float, component: str) -> Finding:
    """The sub-groups add up to the total; parts of fewer persons than all may leave some out."""
    make = _error if parts > total else _warning
    stated, added = shown(total), shown(parts)
    return make(
        "parts_and_total",
        sheet,
        cell,
        stated,
        f"El total dice {stated} y sus partes por {component} suman {added}. Corrija el total o "
        "las partes, o indique cuántos no se especificaron.",
        f"The total says {stated} and its parts by {component} add up to {added}. Mend the total "
        "or the parts, or state how many were not specified.",
    )


def unexpected_zero(sheet: str, cell: str, before: float, after: float) -> Finding:
    """No series falls to zero for one period."""
    earlier, later = shown(before), shown(after)
    return _warning(
        "unexpected_zero",
        sheet,
        cell,
        "0",
        f"Dice cero entre {earlier} en el período anterior y {later} en el siguiente. Si falta el "
        "dato, deje la celda vacía o escriba n.d.",
        f"It says zero between {earlier} in the period before and {later} in the next. If the "
        "figure is missing, leave the cell empty or write n.d.",
    )


def jump(sheet: str, cell: str, new: float, old: float) -> Finding:
    """A figure is of the order of the one released before."""
    now, before = shown(new), shown(old)
    return _warning(
        "jump",
        sheet,
        cell,
        now,
        f"Dice {now}; la entrega anterior decía {before}. Confirme que la revisión es correcta.",
        f"It says {now}; the release before said {before}. Confirm that the revision is right.",
    )


def more_jumps(sheet: str, many: int) -> Finding:
    """Figures are of the order of those released before."""
    return _warning(
        "jump",
        sheet,
        "*",
        "",
        f"Otras {many} cifras difieren mucho de la entrega anterior. Revise si el archivo es el "
        "que se quería entregar.",
        f"Another {many} figures are far from the release before. See whether this is the file "
        "that was meant.",
    )


def vanished(sheet: str, code: str, component: str, value: float) -> Finding:
    """A country that had figures has some still."""
    before = shown(value)
    return _warning(
        "vanished",
        sheet,
        "*",
        code,
        f"{code} ({component}) sumaba {before} en la entrega anterior y ya no aparece. Confirme "
        "que no falta una fila o una columna.",
        f"{code} ({component}) came to {before} in the release before and is no longer there. "
        "Confirm that no row or column is missing.",
    )


def more_vanished(sheet: str, component: str, many: int) -> Finding:
    """Countries that had figures have some still."""
    return _warning(
        "vanished",
        sheet,
        "*",
        component,
        f"Otros {many} códigos de {component} tampoco aparecen ya. Revise si el archivo es el que "
        "se quería entregar.",
        f"Another {many} codes of {component} are no longer there either. See whether this is the "
        "file that was meant.",
    )


def more(rule: str, sheet: str, severity: Severity, many: int) -> Finding:
    """A fault that comes very often is told so often, then counted."""
    return Finding(
        severity,
        rule,
        sheet,
        "*",
        "",
        Text(
            f"El mismo problema se repite en otras {many} celdas de la hoja.",
            f"The same comes again in another {many} cells of the sheet.",
        ),
    )
