"""The web floor: Flask and Authlib, and nothing that a command line could not ask too."""

from gateway.web.app import create_app

__all__ = ["create_app"]
