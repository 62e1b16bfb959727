"""The corpus: answers as language models write them, and what must become of each.

Every expectation was written before the reader was run on it. Each module holds answers of one kind.
"""
