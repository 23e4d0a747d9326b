"""The corridor: one visible file per stage, the only place that sees both the hands and the memory."""
