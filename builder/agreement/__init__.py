"""People's answers to the same sentences enter; how far they agree leaves, each figure with its interval.

Pure: nothing is decided, stored or printed here, and the same answers and seed always give the same figures.
`report(reviews)` says all there is to say.
"""

from builder.agreement.findings import CONTRACT, Report, Row, report
from builder.agreement.pairing import Reviewed

__all__ = ["CONTRACT", "Report", "Reviewed", "Row", "report"]
