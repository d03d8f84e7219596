"""Homes with settings of their own."""

import json
import shutil

from gateway.settings import Home, defaults


def configure(home: Home, **settings: str) -> None:
    """Give a home a configuration of its own: these settings, and every provision there is."""
    if not home.root.exists():
        home.root.mkdir(mode=0o700)
    shutil.copytree(defaults() / "config" / "provisions", home.root / "config" / "provisions")
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    (home.root / "config" / "gateway.toml").write_text("".join(lines), encoding="utf-8")
