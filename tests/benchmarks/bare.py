"""The least that Flask can do: a route with fifty kilobytes that are always the same."""

from flask import Flask, Response


def create() -> Flask:
    """The application, for the server to start."""
    app = Flask(__name__)
    body = b"x" * 50_000

    @app.get("/bare")
    def bare() -> Response:
        return Response(body)

    return app
