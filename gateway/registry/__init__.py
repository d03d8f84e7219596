"""The region's definitions: `dsd/*.xml` read once through sdmx1, then asked for by name."""

from gateway.registry.reading import read_folder
from gateway.registry.registry import Registry

__all__ = ["Registry", "read_folder"]
