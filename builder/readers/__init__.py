"""Sources become readings: one file per kind of source."""
