"""SDMX-ML 2.1 error messages. Source: SDMX-ML 2.1, SDMXMessage.xsd, ErrorType."""

from lxml import etree

from gateway.formats import ml


def write(code: int, text: str) -> bytes:
    """One error by its SDMX code, in English."""
    root = etree.Element(ml.mes("Error"), nsmap={"mes": ml.MESSAGE, "com": ml.COMMON})
    message = ml.add(root, ml.mes("ErrorMessage"), code=str(code))
    ml.add(message, ml.com("Text"), text).set(ml.LANGUAGE, "en")
    return ml.serialised(root)
