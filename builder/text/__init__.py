"""Raw text becomes clean text, sentences, tokens and tags, every character traceable. Pure."""
