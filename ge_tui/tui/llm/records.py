"""What is fetched of a run's store for the LLM pane, no more than is new and is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ge_tui.run.store import RunReader
from ge_tui.run.store.call_list import CallInShort, call_list
from ge_tui.run.store.calls import KeptCall, find_call
from ge_tui.run.store.changes import offline_changes
from ge_tui.run.store.insights import KeptInsight, insight_uses, insights_of
from ge_tui.run.store.live_calls import Key
from ge_tui.search import Objective
from ge_tui.tui.llm.book import CallBook
from ge_tui.tui.llm.evidence import Evidence, gather
from ge_tui.tui.watch import Feed, Individual


class Records:
    """Calls in short, insights, and what the built-in operators did. Its questions raise UserError or sqlite3.Error."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.book = CallBook()
        self.insight_count = 0
        self.evidence: list[Evidence] = []
        """For each insight, the newest first."""
        self.changes: dict[str, list[int]] = {}
        """For each kind of change by the built-in operators, the individuals it made."""
        self._insights: list[KeptInsight] = []

    async def fetch_calls(self) -> bool:
        """New calls, and how many insights there are; whether any call is new or another."""
        after = self.book.after

        def question(reader: RunReader) -> tuple[list[CallInShort], int]:
            connection = reader.connection
            return call_list(connection, after), connection.execute("SELECT count(*) FROM insight").fetchone()[0]

        calls, self.insight_count = await self._feed.ask(question)
        return self.book.take(calls)

    async def fetch_insights(self, individuals: Mapping[int, Individual], objectives: Sequence[Objective]) -> None:
        """New insights, and what speaks for each."""
        after = self._insights[-1].id if self._insights else 0

        def question(reader: RunReader) -> tuple[list[KeptInsight], dict[int, list[int]]]:
            return insights_of(reader.connection, after=after), insight_uses(reader.connection)

        new, uses = await self._feed.ask(question)
        self._insights += new
        self.insight_count = len(self._insights)
        self.evidence = gather(self._insights, uses, individuals, objectives)

    async def fetch_changes(self) -> None:
        """What the built-in operators did."""

        def question(reader: RunReader) -> dict[str, list[int]]:
            return offline_changes(reader.connection)

        self.changes = await self._feed.ask(question)

    async def call(self, key: Key) -> KeptCall | None:
        """A call with its texts."""

        def question(reader: RunReader) -> KeptCall | None:
            return find_call(reader.connection, *key)

        return await self._feed.ask(question)
