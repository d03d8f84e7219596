"""A country's file, as published, becomes observations, or a report that the office can act on."""
