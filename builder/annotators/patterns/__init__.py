"""One file per family of shapes; each has `find(text)`, which gives what it found. Pure."""
