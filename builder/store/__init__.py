"""The memory: a journal of what people did, and an index that can be made again."""
