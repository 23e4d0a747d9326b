"""The tests of `builder/exporters/`."""
