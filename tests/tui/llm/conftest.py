"""A finished run with calls, thoughts, insights, refusals."""

from __future__ import annotations

import asyncio

import pytest

from ge_tui.run.directory import RunDirectory
from tests.tui.rig import llm_run


@pytest.fixture(scope="package")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    base = tmp_path_factory.mktemp("llm")
    return asyncio.run(llm_run(base, "population=8", "generations=4", "eot_probability=0.5"))


@pytest.fixture(scope="package")
def offline(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    return asyncio.run(llm_run(tmp_path_factory.mktemp("offline"), "llm=offline", "population=4", "generations=1"))
