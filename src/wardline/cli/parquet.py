"""Parquet, if its library is there."""

import importlib
from dataclasses import dataclass
from typing import Any

from wardline.cli.failures import CommandError


@dataclass(frozen=True, slots=True)
class ParquetLibrary:
    """The two modules needed."""

    arrow: Any
    files: Any


def parquet() -> ParquetLibrary:
    """The library. Raises CommandError naming the extra that brings it."""
    try:
        arrow = importlib.import_module("pyarrow")
        return ParquetLibrary(arrow, importlib.import_module("pyarrow.parquet"))
    except ImportError:
        raise CommandError("Parquet files need pyarrow: pip install 'wardline[lake]'") from None
