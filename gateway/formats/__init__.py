"""Every format that the gateway writes: one table of them, and one module a grammar."""
