"""Sentences enter, a language model behind an OpenAI-compatible endpoint is asked, grounded predictions leave.

One sentence per request, so no text can speak for another. The key comes from the environment and goes nowhere but
into the request's header. What was answered is kept on disk: asking again costs nothing and gives the same.
"""

from builder.annotators.llm.annotator import build

__all__ = ["build"]
