"""A hub of our own on 127.0.0.1, for tests of publishing."""
