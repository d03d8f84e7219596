"""Releases: written once, read for ever. Parquet files are the record, SQL says which belong."""
