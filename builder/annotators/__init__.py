"""Sentences enter, predictions leave: one file per pre-annotator, and `combine`, which makes one proposal of many.

Pure: nothing here is learnt, stored or sent; the same sentences and options always give the same predictions.
"""
