"""`python -m builder` is the command `builder`."""

from builder.cli import main

main(prog_name="builder")
