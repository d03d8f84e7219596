"""The region's definitions: `dsd/*.xml` read once through sdmx1, then asked for by name."""

from gateway.registry.available import referred
from gateway.registry.cache import content_digest, definitions
from gateway.registry.partial import component_codes
from gateway.registry.registry import Registry

__all__ = ["Registry", "component_codes", "content_digest", "definitions", "referred"]
