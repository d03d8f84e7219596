"""The names of what a data set uses: for readers who do not know the codes."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model.text import Text


@dataclass(frozen=True, slots=True)
class Labels:
    """Names by component id, and by code within a component that has a code list.

    `of` is the name of the dataflow, structure or agreement that the data are of.
    """

    of: Text
    components: Mapping[str, Text]
    codes: Mapping[str, Mapping[str, Text]]
