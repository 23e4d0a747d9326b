"""Gold and proposals enter; figures, each with its interval, leave.

Pure: nothing is proposed, learnt, stored or printed here, and the same input and seed always give the same figures.
"""
