"""Where the LangGraph server keeps the states of its threads (langgraph.json, `checkpointer`).

By itself the server writes them every ten seconds, in pickles: what a crash loses had been approved, or paid for. Here
each state is in the file before the next node starts.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

FILE = Path("runs") / "threads.sqlite"  # below the folder that the server was started in
TABLES = ("writes", "checkpoints")
# The same columns in both tables' order, for a copy under another thread's id.
COPIED = {
    "checkpoints": "checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint",
    "writes": "checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value",
}
RUN = "json_extract(CAST(metadata AS TEXT), '$.run_id')"
# Metadata names the thread too: the server puts its id there. json_replace adds nothing where it does not.
RENAMED = "json_replace(CAST(metadata AS TEXT), '$.thread_id', ?)"


class ServerSaver(AsyncSqliteSaver):
    """A saver that can do all that the server asks of one: also forget runs, and copy and prune threads."""

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Forget what runs have saved; the server does so where a run is rolled back."""
        await self.setup()
        runs = [(str(run),) for run in run_ids]
        found = f"SELECT thread_id, checkpoint_ns, checkpoint_id FROM checkpoints WHERE {RUN} = ?"
        async with self.lock:
            await self.conn.executemany(
                f"DELETE FROM writes WHERE (thread_id, checkpoint_ns, checkpoint_id) IN ({found})", runs
            )
            await self.conn.executemany(f"DELETE FROM checkpoints WHERE {RUN} = ?", runs)
            await self.conn.commit()

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread with its whole history."""
        await self.setup()
        ids = (target_thread_id, source_thread_id)
        states, writes = COPIED["checkpoints"], COPIED["writes"]
        async with self.lock:
            await self.conn.execute(
                f"INSERT OR REPLACE INTO checkpoints (thread_id, {states}, metadata) "
                f"SELECT ?, {states}, {RENAMED} FROM checkpoints WHERE thread_id = ?",
                (target_thread_id, *ids),
            )
            await self.conn.execute(
                f"INSERT OR REPLACE INTO writes (thread_id, {writes}) "
                f"SELECT ?, {writes} FROM writes WHERE thread_id = ?",
                ids,
            )
            await self.conn.commit()

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Forget the history of threads up to their newest states; any other strategy forgets the threads."""
        if strategy != "keep_latest":
            for thread in thread_ids:
                await self.adelete_thread(str(thread))
            return
        await self.setup()
        threads = [(str(thread),) for thread in thread_ids]
        newest = "SELECT thread_id, checkpoint_ns, max(checkpoint_id) FROM checkpoints GROUP BY 1, 2"
        async with self.lock:
            for table in TABLES:
                await self.conn.executemany(
                    f"DELETE FROM {table} WHERE thread_id = ? "
                    f"AND (thread_id, checkpoint_ns, checkpoint_id) NOT IN ({newest})",
                    threads,
                )
            await self.conn.commit()


@asynccontextmanager
async def server_threads(file: Path = FILE) -> AsyncIterator[ServerSaver]:
    """Open the file of all threads, which is made where there is none."""
    await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
    async with ServerSaver.from_conn_string(str(file)) as saver:
        await saver.setup()  # now: two of the server's loops that make the tables at once would be in each other's way
        yield saver  # type: ignore[misc] # the library says AsyncSqliteSaver of its own classmethod
