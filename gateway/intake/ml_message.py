"""Reads the observations of SDMX-ML data messages, generic and structure specific."""

import io
from collections.abc import Iterator, Mapping

from lxml import etree

Line = Mapping[str, str]

VALUE = "OBS_VALUE"
_MESSAGES = ("Data", "TimeSeriesData")


def ml_lines(content: bytes) -> tuple[tuple[str, ...], list[Line]]:
    """The names of the structures that a message is about, and its observations.

    Raises etree.XMLSyntaxError for broken XML, ValueError for another kind of message.
    """
    events = etree.iterparse(
        io.BytesIO(content), events=("start", "end"), resolve_entities=False, no_network=True
    )
    _, root = next(events)
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("DOCTYPE")  # in whatever encoding, behind however much white space
    kind = etree.QName(root).localname
    if not kind.endswith(_MESSAGES):
        raise ValueError(kind)
    reading = _Generic() if kind.startswith("Generic") else _Specific()
    about: list[str] = []
    lines: list[Line] = []
    for event, element in events:
        name = _local(element)
        if event == "start":
            reading.begin(name)
        elif name == "Header":
            about += _about(element)
            reading.at_observation = next(_at_observation(element), reading.at_observation)
        elif name == "Group":
            raise ValueError(name)  # its attributes would have to be given to its series
        elif (line := reading.end(element, name)) is not None:
            lines.append(line)
    return tuple(about), lines


def _local(element: etree._Element | None) -> str:
    if element is None or not isinstance(element.tag, str):
        return ""
    return str(etree.QName(element).localname)


def _about(header: etree._Element) -> Iterator[str]:
    for structure in (each for each in header if _local(each) == "Structure"):
        for each in structure.iter():
            if _local(each) == "Ref" and each.get("id"):
                yield str(each.get("id"))
            elif each.text and each.text.strip().startswith("urn:"):
                yield each.text.strip()


def _at_observation(header: etree._Element) -> Iterator[str]:
    for each in header:
        if _local(each) == "Structure" and each.get("dimensionAtObservation"):
            yield str(each.get("dimensionAtObservation"))


class _Generic:
    """Components are elements with an id and a value."""

    def __init__(self) -> None:
        self.at_observation = "TIME_PERIOD"
        self._whole: dict[str, str] = {}
        self._series: dict[str, str] = {}

    def begin(self, name: str) -> None:
        """An element opens."""
        if name == "Series":
            self._series = dict(self._whole)

    def end(self, element: etree._Element, name: str) -> Line | None:
        """An element closes; the observation that it is, or None."""
        above = _local(element.getparent())
        if name == "Attributes" and above == "DataSet":
            self._whole = self._series = _pairs(element)
        elif name in ("SeriesKey", "Attributes") and above == "Series":
            self._series.update(_pairs(element))
        elif name == "Series":
            element.clear()
        elif name == "Obs":
            return self._observation(element)
        return None

    def _observation(self, element: etree._Element) -> Line:
        found = dict(self._series)
        for child in element:
            part = _local(child)
            if part == "ObsDimension":
                found[str(child.get("id") or self.at_observation)] = str(child.get("value") or "")
            elif part == "ObsValue":
                found[VALUE] = str(child.get("value") or "")
            elif part in ("ObsKey", "Attributes"):
                found.update(_pairs(child))
        element.clear()
        return found


def _pairs(element: etree._Element) -> dict[str, str]:
    return {str(each.get("id")): str(each.get("value") or "") for each in element}


class _Specific:
    """Components are attributes of the data set, the series and the observation.

    From 3.0 on those of the data set stand in elements of its own, Atts.
    """

    def __init__(self) -> None:
        self.at_observation = "TIME_PERIOD"
        self._whole: dict[str, str] = {}

    def begin(self, name: str) -> None:
        """An element opens."""
        if name == "DataSet":
            self._whole = {}

    def end(self, element: etree._Element, name: str) -> Line | None:
        """An element closes; the observation that it is, or None."""
        if _local(element.getparent()) in ("Series", "Obs", "Atts") and name != "Obs":
            raise ValueError(name)  # complex attributes, which are not taken
        if name == "Series":
            element.clear()
        elif name == "Atts":
            self._whole.update(_stated(element))
        elif name == "Obs":
            return self._observation(element)
        return None

    def _observation(self, element: etree._Element) -> Line:
        """Raises ValueError where Atts has a key: it would have to be given to what it fits."""
        above = [each for each in element.iterancestors() if _local(each) in ("DataSet", "Series")]
        found: dict[str, str] = {}
        for each in (*reversed(above), element):
            found.update(_stated(each))
        element.clear()
        if not self._whole.keys().isdisjoint(found):
            raise ValueError("Atts")
        return {**self._whole, **found}


def _stated(element: etree._Element) -> dict[str, str]:
    """Its attributes; those with a namespace are the message's own, and the schema's."""
    return {
        str(key): str(value)
        for key, value in element.attrib.items()
        if not str(key).startswith("{")
    }
