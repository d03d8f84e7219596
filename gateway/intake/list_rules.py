"""What is said of lists, of survey records and of data messages, in two languages."""

from gateway.model.finding import Finding, Severity
from gateway.model.text import Text


def _error(rule: str, sheet: str, cell: str, value: str, es: str, en: str) -> Finding:
    return Finding(Severity.ERROR, rule, sheet, cell, value, Text(es, en))


def column_not_read(sheet: str, cell: str, heading: str) -> Finding:
    """Every column of a list is read, or left out by name."""
    return _error(
        "unknown_column",
        sheet,
        cell,
        heading,
        f"La provisión no conoce la columna «{heading}». Quítela del archivo, o nómbrela en "
        "[columns] leave_out.",
        f"The provision does not know the column “{heading}”. Take it out of the file, or name it "
        "in [columns] leave_out.",
    )


def heading_not_found(sheet: str, cell: str, heading: str, found: tuple[str, ...]) -> Finding:
    """The records have every column that the provision reads."""
    there = ", ".join(found)
    return _error(
        "heading_not_found",
        sheet,
        cell,
        heading,
        f"No hay ninguna columna «{heading}». Las que hay: {there}. Corrija el encabezado.",
        f"There is no column “{heading}”. Those there are: {there}. Mend the heading.",
    )


def unknown_columns(sheet: str, cell: str, headings: tuple[str, ...]) -> Finding:
    """Records of persons have only columns that the provision names, so that no name gets in."""
    names = ", ".join(headings)
    return _error(
        "unknown_column",
        sheet,
        cell,
        names,
        f"La provisión no conoce estas columnas: {names}. No se leyó nada, porque podrían "
        "identificar a personas. Quítelas del archivo, o añádalas a [microdata] ignore.",
        f"The provision does not know these columns: {names}. Nothing was read, for they might "
        "identify persons. Take them out of the file, or add them to [microdata] ignore.",
    )


def weight_missing(sheet: str, cell: str, value: str, many: int) -> Finding:
    """Every record has a weight, which is not below zero."""
    return _error(
        "weight_missing",
        sheet,
        cell,
        value,
        f"{many} registros no tienen un factor de expansión válido. Complételo: sin él no se sabe "
        "a cuántas personas representan.",
        f"{many} records have no valid weight. Fill it in: without it nobody knows how many "
        "persons they stand for.",
    )


def other_dataflow(sheet: str, said: str, wanted: str) -> Finding:
    """A data message is one of the provision's dataflow."""
    return _error(
        "other_dataflow",
        sheet,
        "*",
        said,
        f"El mensaje es de {said}, y esta provisión entrega {wanted}. Entregue el mensaje de ese "
        "flujo.",
        f"The message is of {said}, and this provision supplies {wanted}. Hand in a message of "
        "that dataflow.",
    )


def action_not_taken(sheet: str, cell: str, action: str) -> Finding:
    """A data message states what is, and not what to delete."""
    return _error(
        "action_not_taken",
        sheet,
        cell,
        action,
        f"La acción {action} no se atiende. Entregue el contenido completo: lo que no esté en él "
        "deja de estar publicado.",
        f"The action {action} is not taken. Hand in the whole content: what is not in it is no "
        "longer published.",
    )


def not_of_provision(sheet: str, cell: str, code: str, component: str, wanted: str) -> Finding:
    """What a provision states of all its figures holds for those of a message too."""
    return _error(
        "not_of_provision",
        sheet,
        cell,
        code,
        f"{component} dice {code}, y en esta provisión es siempre {wanted}. Entregue estas cifras "
        "con su propia provisión.",
        f"{component} says {code}, and it is always {wanted} in this provision. Hand these "
        "figures in by their own provision.",
    )


def attribute_differs(sheet: str, cell: str, attribute: str, said: tuple[str, ...]) -> Finding:
    """A message says one thing of the whole data set."""
    texts = ", ".join(f"“{each}”" for each in said)
    textos = ", ".join(f"«{each}»" for each in said)
    return Finding(
        Severity.WARNING,
        "attribute_differs",
        sheet,
        cell,
        attribute,
        Text(
            f"{attribute} describe el conjunto de datos y dice {textos}. Se publica lo que dice "
            "el último período.",
            f"{attribute} describes the data set and says {texts}. What the latest period says "
            "is told.",
        ),
    )
