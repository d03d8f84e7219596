"""What may be asked and how it is answered: OpenAPI 3.1, made from the tables that answer.

A format, parameter or status that the gateway learns stands here without another word.
"""

from gateway.web.openapi.document import PATH, document
from gateway.web.openapi.page import routes

__all__ = ["PATH", "document", "routes"]
