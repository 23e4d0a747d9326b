"""Where a text is damaged: one file per kind of sign. Sentences enter, places leave; nothing is corrected. Pure."""
