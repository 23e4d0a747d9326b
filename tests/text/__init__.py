"""The tests of `builder/text/`."""
