"""What tracing costs a run: the same run with and without it, in one process, round by round in turns.

    python -m bench.tracing [--rounds 12] [--users 2000] [--offline]

Traces go to the recording server of the tests, in a process of its own on this machine; the models' answers come at
once from a fixture in this process. The difference of the medians is divided by the nodes that ran. What is sent is
counted on the server, requests to models by whom they reach.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.agents.scripted_model import answer
from tests.fault_server import FaultServer

TARGET = 5.0  # milliseconds a node
SERVER = """
import json, sys
from tests.recording_langsmith import LangSmith
with LangSmith() as server:
    print(json.dumps(server.env), flush=True)
    sys.stdin.readline()
    print(json.dumps([len(server.runs), len(server.roots), sum(len(r.raw) for r in server.requests)]), flush=True)
"""


def one_run(folder: Path, users: int, *, traced: bool, offline: bool) -> tuple[float, float, int]:
    """Wall and processor seconds of a run, and the nodes that it was made of."""
    import langsmith

    from cartjury.app import runner
    from cartjury.data.options import Options
    from cartjury.graph.state import Input

    nodes: list[str] = []
    options = Options(jury="offline" if offline else "default", rate_limits="off")
    given = Input(n_users=users, as_of=date(2026, 11, 23), options=options)
    with langsmith.tracing_context(enabled=traced):
        started, busy = time.perf_counter(), time.process_time()
        runner.run(given, folder, runner.Watch(nodes.append))
        return time.perf_counter() - started, time.process_time() - busy, len(nodes)


def main() -> None:
    """Print both sides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--offline", action="store_true", help="the offline jury sits")
    given = parser.parse_args()
    pipe = subprocess.PIPE
    with (
        subprocess.Popen([sys.executable, "-c", SERVER], stdin=pipe, stdout=pipe, text=True) as recorder,
        FaultServer(answer=answer) as models,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert recorder.stdin is not None
        assert recorder.stdout is not None
        os.environ |= json.loads(recorder.stdout.readline())
        os.environ |= {"GROQ_API_KEY": "k" * 20, "GROQ_API_BASE": models.url}
        os.environ |= {"CEREBRAS_API_KEY": "k" * 20, "CEREBRAS_BASE_URL": models.url}
        took: dict[bool, list[float]] = {False: [], True: []}
        worked: dict[bool, list[float]] = {False: [], True: []}
        calls, nodes = {False: 0, True: 0}, 0
        for turn in range(given.rounds + 1):
            for traced in (False, True) if turn % 2 else (True, False):
                before = len(models.seen)
                place = Path(folder, f"{turn}{traced}")
                seconds, busy, nodes = one_run(place, given.users, traced=traced, offline=given.offline)
                calls[traced] = len(models.seen) - before
                if turn:  # the first of each loads libraries
                    took[traced].append(seconds)
                    worked[traced].append(busy)
                time.sleep(0.5)  # what is still on its way is not the next side's
        recorder.stdin.write("\n")
        recorder.stdin.flush()
        runs, roots, sent = json.loads(recorder.stdout.readline())
    for traced, times in took.items():
        name = "traced" if traced else "untraced"
        print(f"{name:9} median {statistics.median(times):6.3f} s  min {min(times):6.3f} s  LLM calls {calls[traced]}")
    cpu = statistics.median(worked[True]) - statistics.median(worked[False])
    medians = statistics.median(took[True]) - statistics.median(took[False])
    pairs = statistics.median(t - u for u, t in zip(took[False], took[True], strict=True))
    print(f"{nodes} nodes, {given.rounds} rounds, {runs / roots:.0f} runs and {sent / roots / 1e3:.0f} kB a trace")
    print(f"tracing costs {1000 * medians / nodes:.2f} ms a node (pair by pair {1000 * pairs / nodes:.2f}, ", end="")
    print(f"processor {1000 * cpu / nodes:.2f}); target {TARGET:g}; {calls[True] - calls[False]} further LLM calls")


if __name__ == "__main__":
    main()
