"""Approved rows become files: a Hugging Face dataset folder, written aside and made true by one rename."""
