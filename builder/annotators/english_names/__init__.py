"""English text enters; its names leave, found by their capitals and told apart by what is in and around them."""
