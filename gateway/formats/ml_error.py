"""SDMX-ML 2.1 error messages. Source: SDMX-ML 2.1, SDMXMessage.xsd, ErrorType."""

from lxml import etree

from gateway.formats import ml
from gateway.formats.escape import sayable
from gateway.model.text import Language


def write(code: int, text: str, language: Language) -> bytes:
    """One error by its SDMX code, in one language."""
    root = etree.Element(ml.ML_21.mes("Error"), nsmap={"mes": ml.MESSAGE, "com": ml.COMMON})
    message = ml.add(root, ml.ML_21.mes("ErrorMessage"), code=str(code))
    ml.add(message, ml.ML_21.com("Text"), sayable(text)).set(ml.LANGUAGE, language)
    return ml.serialised(root)
