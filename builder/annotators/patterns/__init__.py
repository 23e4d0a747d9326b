"""One file per family of shapes; each has `find(texts)`, which gives what it found, by text. Pure."""
