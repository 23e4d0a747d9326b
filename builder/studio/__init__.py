"""Label Studio: the embedded server, the client, the review page, and the border between its units and ours."""
