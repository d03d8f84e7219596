"""A gateway that turns national migration statistics into SDMX and serves them under OAuth."""

__version__ = "0.1.0"
