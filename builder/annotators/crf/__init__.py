"""Sentences enter as numbers, labels with probabilities leave: features, training, weights and decoding of a CRF.

A text is cut into units (a Han character, a Latin word, a run of digits, a mark); each unit has hashed features; the
model is a table of weights. Only `training` knows python-crfsuite; everything else is numpy.
"""
