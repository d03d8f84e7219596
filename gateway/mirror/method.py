"""The method in words, told alike on a page and in a workbook: rules, formulas, literature.

The numbers in it are those that the measures are computed with.
"""

from dataclasses import dataclass

from gateway.mirror.measures import HISTORY, IN_YEAR, LARGE, UNUSUAL
from gateway.model.text import Text

_MONTHS, _QUARTERS, _YEARS = (HISTORY[each] for each in "MQA")


@dataclass(frozen=True, slots=True)
class Formula:
    """A measure or a test: its name, how it is computed, and what that means."""

    name: Text
    formula: str
    words: Text


@dataclass(frozen=True, slots=True)
class Work:
    """A publication, and what of it is used here."""

    citation: str
    used: Text


LEAD = Text(
    "Lo que un país dice haber recibido, junto a lo que el otro dice haber enviado. Nada se "
    "corrige, se promedia ni se estima: las dos cifras se muestran como se publicaron.",
    "What one country says it received, beside what the other says it sent. Nothing is corrected, "
    "averaged or estimated: both figures are shown as published.",
)

PAIRS = (
    Text(
        "Se intercambian el área de referencia y la contraparte y se invierte la dirección "
        "(entrada por salida); el indicador, la base de conteo y el período deben ser iguales. Lo "
        "que una oficina declara por departamento o estado se suma al país. También se comparan "
        "dos fuentes de un mismo país que declaran el mismo movimiento.",
        "The reference area and the counterpart change places and the direction is turned (in for "
        "out); indicator, count basis and period must be equal. What an office states by "
        "department or state is added up to the country. Two sources of one country that state "
        "the same movement are compared too.",
    ),
    Text(
        "Se compara el total, y además el desglose común más fino que ambas fuentes alcanzan "
        "sumando sus propias categorías (tipos de retorno, sexo, tramos de edad que se siguen sin "
        "huecos), nunca dividiéndolas. BREAKDOWN dice cuál fue; _T es solo el total.",
        "The whole is compared, and besides it the finest common breakdown that both sources "
        "reach by adding up their own categories (kinds of return, sex, age bands that follow one "
        "another without a gap), never by splitting them. BREAKDOWN says which; _T is the whole "
        "alone.",
    ),
    Text(
        "Los meses se suman a trimestres, semestres y años si el cuadro los tiene todos. En un "
        "cuadro que escribe sus ceros, una casilla que falta es una cifra que falta, y su suma "
        "no se da; en uno que no los escribe, lo que no está no ocurrió. Las personas no se "
        "suman en el tiempo, porque quien vuelve dos veces es una sola persona al año.",
        "Months are added up to quarters, halves and years if the table has all of them. In a "
        "table that writes its zeros, a cell that is missing is a figure that is missing, and "
        "its sum is not told; in one that does not write them, what is not there did not occur. "
        "Persons are not added up over time, for who returns twice is one person in a year.",
    ),
    Text(
        "No se comparan cifras que cuentan cosas distintas (eventos, personas, documentos; motivo "
        "COUNT_BASIS), ni las que una fuente marca como no comparables (DEF), ni una parte con el "
        "total (COVERAGE): la fila muestra lo que cada una declara y dice por qué no.",
        "Figures that count different things (events, persons, documents; reason COUNT_BASIS) are "
        "not compared, nor those that a source marks as not comparable (DEF), nor a part with a "
        "whole (COVERAGE): the row shows what each states, and says why not.",
    ),
    Text(
        "Faltar no es cero. Si una de las dos fuentes no declara un período, la fila dice cuál "
        "falta (MISSING_REF, MISSING_MIRROR); un espejo que falta es un resultado. Se espera uno "
        "de cada fuente que declara el indicador por el otro país; donde no hay ninguna y ese país "
        "declara otros flujos, la fila dice que ninguna lo declara (_Z). Un cero declarado es un "
        "valor.",
        "Missing is not zero. Where one of the two sources does not state a period, the row says "
        "which is missing (MISSING_REF, MISSING_MIRROR); a missing mirror is a result. One is "
        "expected of every source that states the indicator for the other country; where there is "
        "none, and that country states other flows, the row says that none states it (_Z). A zero "
        "that is stated is a value.",
    ),
)
"""What is compared with what, a paragraph each."""

WHERE = Text(
    "A es lo que declara la fuente del área de referencia y B lo que declara la otra, en un mismo "
    "período t. Al mirar el par desde el otro lado, A y B se intercambian: la diferencia y el "
    "desfase cambian de signo, la razón se invierte, y el índice, su cambio, la posición y lo "
    "atípico quedan iguales.",
    "A is what the source of the reference area states and B what the other states, in one period "
    "t. Seen from the other side A and B change places: difference and lag change their sign, the "
    "ratio is inverted, and the index, its change, the rank and what is unusual stay the same.",
)

FORMULAS = (
    Formula(Text("Diferencia", "Difference"), "A − B", Text(
        "En las unidades de las fuentes.", "In the units of the sources.")),
    Formula(Text("Razón", "Ratio"), "A / B", Text(
        "Sin valor donde B es cero.", "No value where B is zero.")),
    Formula(Text("Índice simétrico", "Symmetric index"), "I = |A − B| / ((A + B) / 2) × 100", Text(
        "En por ciento de la media de ambos, de 0 (iguales) a 200 (uno es cero); sin valor donde "
        "ambos son cero. Es el coeficiente de asimetría ASYMMETRY_COEFF del estándar.",
        "In per cent of the mean of both, from 0 (equal) to 200 (one is zero); no value where "
        "both are zero. It is the standard's coefficient of asymmetry, ASYMMETRY_COEFF.")),
    Formula(Text("Cambio", "Change"), "I(t) − I(t − s)", Text(
        "El índice menos el del mismo período del año anterior, en puntos porcentuales; s son los "
        "períodos de un año.",
        "The index less that of the same period of the year before, in percentage points; s are "
        "the periods of a year.")),
    Formula(Text("Posición", "Rank"), "1 + #{I > I(t)}", Text(
        "El lugar del par en ese período, del índice más alto (1) al más bajo, entre los del "
        "mismo indicador, base de conteo y categoría; los índices iguales comparten el lugar.",
        "The pair's place in that period, from the highest index (1) to the lowest, among the "
        "pairs of the same indicator, count basis and category; equal indexes share a place.")),
    Formula(Text("Valor atípico", "Outlier"),
            f"z = 0.6745 × |d(t) − Me(d)| / MAD(d) > {UNUSUAL:g}", Text(
        "d es la discrepancia con su signo, (A − B) / ((A + B) / 2) × 100. La mediana Me y la "
        "mediana de las desviaciones absolutas MAD se toman de todos los períodos anteriores del "
        f"mismo par, nunca de los posteriores; hacen falta al menos {_MONTHS} meses, {_QUARTERS} "
        f"trimestres o {_YEARS} semestres o años. Si MAD es cero, atípico es todo lo que se "
        f"aparta de la mediana. Iglewicz y Hoaglin proponen 3.5; aquí el umbral es {UNUSUAL:g}, "
        "porque una marca pide mirar y no descarta nada.",
        "d is the discrepancy with its sign, (A − B) / ((A + B) / 2) × 100. The median Me and "
        "the median absolute deviation MAD are taken of all earlier periods of the same pair, "
        f"never of later ones; it takes {_MONTHS} months, {_QUARTERS} quarters or {_YEARS} halves "
        "or years at least. Where MAD is zero, all that differs from the median is an outlier. "
        f"Iglewicz and Hoaglin propose 3.5; the bound here is {UNUSUAL:g}, for a mark asks to "
        "look and discards nothing.")),
    Formula(Text("Desfase", "Lag"),
            "Σ|A(t) − B(t + k)| / Σ((A(t) + B(t + k)) / 2), k = −3 … 3", Text(
        "El corrimiento k con el que ambos coinciden mejor, si reduce a menos de la mitad lo que "
        f"da k = 0, sobre los últimos {IN_YEAR['M']} meses ({_QUARTERS} trimestres, {_YEARS} "
        "años) de los que haya dos tercios; si no hay ninguno, 0. Positivo: el espejo registra "
        "después.",
        "The shift k under which both agree best, if it brings what k = 0 gives to less than "
        f"half, over the last {IN_YEAR['M']} months ({_QUARTERS} quarters, {_YEARS} years) of "
        "which two thirds are there; 0 where none does. Positive: the mirror records later.")),
    Formula(Text("Motivo LAG", "Reason LAG"), "I(t − 1, t, t + 1) ≤ I(t) / 2", Text(
        f"Se da donde el índice de un período es de {LARGE:g} % o más y el de la suma de los tres "
        f"períodos en torno a él es menor de {LARGE:g} % y no pasa de la mitad: lo que falta está "
        "en el período vecino. Los demás motivos los dan las fuentes (DEF, COUNT_BASIS, "
        "COVERAGE) o los analistas (REF_PER, SOURCE, GEO y cualquier otro), con una nota.",
        f"Given where the index of a period is {LARGE:g} % or more and that of the sum of the "
        f"three periods around it is below {LARGE:g} % and no more than half: what is missing "
        "is in the period beside it. The other reasons come from the sources (DEF, "
        "COUNT_BASIS, COVERAGE) or from analysts (REF_PER, SOURCE, GEO and any other), with a "
        "note.")),
)  # fmt: skip

EXAMPLE = Text(
    "Un ejemplo: de los guatemaltecos retornados desde México en agosto de 2021, el IGM declara A "
    "= 3 419 y la UPMRIP B = 7 075 eventos. La diferencia es −3 656, la razón 0.48 y el índice 3 "
    "656 / 5 247 × 100 = 69.68 %; el mes es atípico para este par.",
    "An example: of the Guatemalans returned from Mexico in August 2021 the IGM states A = 3,419 "
    "and the UPMRIP B = 7,075 events. The difference is −3,656, the ratio 0.48 and the index "
    "3,656 / 5,247 × 100 = 69.68 %; the month is an outlier for this pair.",
)
"""A comparison with real figures, by hand."""

CARRIED = Text(
    "El estado de la observación (OBS_STATUS), la confidencialidad y las rupturas de serie "
    "(BREAK_REASON) de ambas fuentes acompañan a sus valores; las medidas llevan el más grave de "
    "los dos. Una suma lleva el más grave de sus partes.",
    "The observation status (OBS_STATUS), the confidentiality and the breaks (BREAK_REASON) of "
    "both sources go with their values; measures carry the graver of the two. A sum carries the "
    "gravest of its parts.",
)

SEEN = Text(
    "Cada comparación se calcula solo con las cifras que quien pregunta puede ver de ambos lados, "
    "tal como estaban en el momento por el que pregunta. Por eso nada reservado puede deducirse "
    "de su espejo, de una diferencia ni de una ausencia. Cada fila nombra las dos publicaciones "
    "de donde viene.",
    "Each comparison is computed only from figures that whoever asks may see on both sides, as "
    "they stood at the moment asked for. So nothing restricted can be worked out from its mirror, "
    "from a difference or from an absence. Each row names the two releases that it comes from.",
)

LITERATURE = (
    Work(
        "Poulain, M. (1993). Confrontation des statistiques de migrations intra-européennes : "
        "vers plus d’harmonisation ? European Journal of Population 9(4), 353–381.",
        Text(
            "Los dos registros: un movimiento se cuenta al salir y al llegar, y las dos cuentas "
            "se confrontan. Sus factores de corrección no se usan aquí.",
            "Double enumeration: a movement is counted at departure and at arrival, and the two "
            "counts are confronted. Its correction factors are not used here.",
        ),
    ),
    Work(
        "de Beer, J., Raymer, J., van der Erf, R. & van Wissen, L. (2010). Overcoming the "
        "problems of inconsistent international migration data: a new method applied to flows in "
        "Europe. European Journal of Population 26(4), 459–481.",
        Text(
            "Por qué difieren las dos cuentas: definición, cobertura, subregistro. Sus factores "
            "de ajuste estiman un flujo único; aquí no se estima nada.",
            "Why the two counts differ: definition, coverage, undercount. Its adjustment factors "
            "estimate one flow; nothing is estimated here.",
        ),
    ),
    Work(
        "SDMX, Cross-Domain Concepts 2.0: ASYMMETRY_COEFF, asymmetry for mirror flow statistics – "
        "coefficient.",
        Text("El índice simétrico.", "The symmetric index."),
    ),
    Work(
        "Iglewicz, B. & Hoaglin, D. C. (1993). How to Detect and Handle Outliers. ASQC Quality "
        "Press, Milwaukee.",
        Text(
            "La z modificada, por mediana y MAD; 0.6745 la hace comparable con una z usual.",
            "The modified z, by median and MAD; 0.6745 makes it comparable with a usual z.",
        ),
    ),
)
