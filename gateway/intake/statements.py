"""Every rule by its name, with what it demands, in two languages."""

from collections.abc import Mapping

from gateway.model.text import Text

STATEMENTS: Mapping[str, Text] = {
    "table_not_found": Text(
        "Cada hoja tiene el cuadro que la provisión describe.",
        "Every sheet has the table that the provision describes.",
    ),
    "table_empty": Text("El cuadro tiene cifras.", "The table has figures."),
    "figures_outside": Text(
        "Las cifras de una hoja están dentro de su cuadro.",
        "The figures of a sheet stand in its table.",
    ),
    "heading_not_found": Text(
        "Están todas las columnas que la provisión lee.",
        "Every column that the provision reads is there.",
    ),
    "unknown_column": Text(
        "La provisión conoce todas las columnas de una lista.",
        "The provision knows every column of a list.",
    ),
    "unheaded_value": Text(
        "Ninguna cifra está sin etiqueta o sin encabezado.",
        "No figure stands without a label or a heading.",
    ),
    "level_missing": Text(
        "Cada fila de detalle llega al nivel que la provisión lee.",
        "Every row of detail is nested as deep as the provision reads.",
    ),
    "unmapped_label": Text(
        "Cada etiqueta tiene un código en los mapas de la provisión.",
        "Every label has a code in the provision's code maps.",
    ),
    "ambiguous_label": Text(
        "Cada etiqueta tiene un solo código; no se adivina.",
        "Every label has one code; nothing is guessed.",
    ),
    "empty_label": Text(
        "Ninguna línea carece de lo que nombra su serie.",
        "No line lacks what its series is named by.",
    ),
    "title_without": Text(
        "El título o el nombre de la hoja dice lo que la provisión lee en él.",
        "The title or the sheet's name says what the provision reads in it.",
    ),
    "outside_bands": Text(
        "Cada número está en una de las franjas de la provisión.",
        "Every number falls into one of the provision's bands.",
    ),
    "unknown_code": Text(
        "Cada código está en la lista de su componente.",
        "Every code is in its component's list.",
    ),
    "not_allowed": Text(
        "Cada código se admite en el flujo de datos.",
        "Every code is allowed in the dataflow.",
    ),
    "attribute_missing": Text(
        "Cada observación tiene sus atributos obligatorios.",
        "Every observation has its mandatory attributes.",
    ),
    "attribute_differs": Text(
        "Un mensaje dice una sola cosa del conjunto de datos.",
        "A message says one thing of the whole data set.",
    ),
    "not_a_number": Text(
        "Cada celda de detalle tiene una cifra o una palabra que la sustituye.",
        "Every cell of detail holds a figure or a word that stands for one.",
    ),
    "negative_number": Text("Ningún conteo es negativo.", "No count is below zero."),
    "decimals": Text("Lo que se cuenta es entero.", "What is counted is whole."),
    "formula_unsaved": Text(
        "Cada fórmula se guardó con su resultado.", "Every formula was saved with its result."
    ),
    "weight_missing": Text(
        "Cada registro tiene un factor de expansión.", "Every record has a weight."
    ),
    "duplicate_key": Text(
        "Ninguna cifra dice lo mismo que otra.", "No two figures state the same thing."
    ),
    "control_mismatch": Text(
        "Cada total es la suma de sus partes.", "Every total is the sum of its parts."
    ),
    "figure_disagrees": Text(
        "Cada cifra cuadra con los totales que la contienen.",
        "Every figure agrees with the totals that it is in.",
    ),
    "figure_missing": Text(
        "No falta ninguna cifra que los totales cuentan.",
        "No figure is missing that the totals count.",
    ),
    "parts_and_total": Text(
        "Los sexos y las edades suman el total que se publica.",
        "Sexes and ages add up to the total that is stated.",
    ),
    "period_not_found": Text(
        "Cada observación tiene un período que existe.",
        "Every observation has a period that there is.",
    ),
    "period_out_of_range": Text(
        "Ningún período es anterior a la fuente o posterior a hoy.",
        "No period is before the source or after today.",
    ),
    "frequency_differs": Text(
        "Cada período dura lo que su serie dice.",
        "Every period is as long as its series says.",
    ),
    "period_missing": Text(
        "No falta ningún período entre el primero y el último.",
        "No period is missing between the first and the last.",
    ),
    "unexpected_zero": Text(
        "Ninguna serie grande cae a cero por un solo período.",
        "No large series falls to zero for one period.",
    ),
    "jump": Text(
        "Ninguna cifra publicada cambia mucho de una entrega a otra.",
        "No released figure changes much from one release to the next.",
    ),
    "vanished": Text("Ningún país con cifras desaparece.", "No country that had figures vanishes."),
    "other_dataflow": Text(
        "Un mensaje es del flujo de la provisión.", "A message is of the provision's dataflow."
    ),
    "action_not_taken": Text(
        "Un mensaje dice lo que hay, no lo que se borra.",
        "A message states what is, not what to delete.",
    ),
    "not_of_provision": Text(
        "Lo que es fijo en una provisión lo es en sus mensajes.",
        "What is fixed in a provision is fixed in its messages.",
    ),
}
