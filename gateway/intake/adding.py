"""Adds the figures of rows that the region does not tell apart from another one.

Only rows that the provision names are added: two rows with one code are otherwise a fault.
"""

import numpy as np
import pyarrow as pa

from gateway.intake.frame import Frame, Mask
from gateway.intake.provision import Provision
from gateway.intake.sheet import shown


def added(frame: Frame, adding: Mask, provision: Provision) -> tuple[Frame, int]:
    """The rows without those that were added to the one with their key, and how many those were.

    A row that finds no other with its key stays as it is; so does one whose value is missing.
    """
    structure = provision.structure
    names = [*structure.dimension_ids, structure.time.id]
    adding = adding & frame.known(names) & ~np.isnan(frame.values)
    if not adding.any():
        return frame, 0
    keys = frame.key(names)
    hosts = np.flatnonzero(~adding & frame.known(names) & ~np.isnan(frame.values))
    host_of = dict(zip(keys[hosts].tolist(), hosts.tolist(), strict=True))
    values, digits = frame.values.copy(), frame.reported.to_pylist()
    kept = np.ones(len(frame), bool)
    for row in np.flatnonzero(adding).tolist():
        host = host_of.get(int(keys[row]))
        if host is not None:
            values[host] += values[row]
            digits[host] = shown(float(values[host]))
            kept[row] = False
    whole = frame.valued(values, pa.array(digits, pa.string()))
    return whole.only(kept), int((~kept).sum())
