"""The grammar of SDMX-REST: a URL's path and parameters as a question, once for each version.

`v1` is SDMX-REST 1.5, `v2` is SDMX-REST 2.2.2. Paths come with their segments already decoded.
"""
