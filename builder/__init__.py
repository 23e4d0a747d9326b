"""Documents in, proposals reviewed by people in Label Studio, approved rows out as a Hugging Face dataset."""

__version__ = "0.1.0"
