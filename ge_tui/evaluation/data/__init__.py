"""Data sets, prepared once as plain arrays in the cache and memory-mapped by workers.

torch is never imported here.
"""

from ge_tui.evaluation.data.catalogue import DataInfo, available, catalogue, is_on_disk, prepare
from ge_tui.evaluation.data.parts import DataSet, OnBytes
from ge_tui.evaluation.data.store import open_test_part

__all__ = ["DataInfo", "DataSet", "OnBytes", "available", "catalogue", "is_on_disk", "open_test_part", "prepare"]
