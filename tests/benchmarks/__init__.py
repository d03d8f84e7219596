"""How fast the gateway is, beside others doing the same work in the same run."""
