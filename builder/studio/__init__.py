"""Label Studio: an embedded server, accounts on it, and the client that speaks to any server."""
