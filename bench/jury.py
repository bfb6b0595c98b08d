"""How long a jury takes, and what it takes, by effort: on a server of this machine that answers after two seconds.

    python -m bench.jury [--rounds 3] [--users 25000]

Every side runs in one go: the predecessor's way (12 segments, 5 questions each, one after the other) is measured on a
few questions and multiplied; each effort is a whole run of 25,000 made-up carts in a process of its own, through the
real clients of Groq and Cerebras. The jury's wall time is from the start of its first node to the start of the node
after it. The answers are a fixture's, not a language model's: tokens are counted from our prompts and its answers.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.agents.scripted_model import answer
from tests.fault_server import FaultServer

DELAY = 2.0  # seconds
QUESTIONS = 60  # of the predecessor: 12 segments, four personas and a judge
SAMPLE = 3
EFFORTS = ("offline", "quick", "standard", "thorough")

ONE = """
import json, os, sys, time
from datetime import date
from pathlib import Path
from cartjury.agents.panel import convene
from cartjury.app import runner
from cartjury.app.commands import make_ready
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.graph.state import Input
folder, effort, users = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
marks = []
watch = runner.Watch(lambda node: marks.append((node, time.perf_counter())))
options = Options(jury="offline" if effort == "offline" else "default", effort=effort, rate_limits="off")
table = load_table(None)
started = time.perf_counter()
make_ready(convene(table, options, os.environ, 1), table)  # as the command line does
state = runner.run(Input(n_users=users, seed=42, as_of=date(2026, 11, 23), options=options), folder, watch, table)
ended = time.perf_counter()
at = dict(reversed(marks))
manifest = json.loads((folder / "manifest.json").read_text())
print(json.dumps({"jury": at["name"] - at["convene"], "run": ended - started, "manifest": manifest}))
"""


def serially(url: str) -> float:
    """Wall seconds of the predecessor's way."""
    body = json.dumps({"model": "any", "messages": [{"role": "user", "content": "a name, please"}]}).encode()
    started = time.perf_counter()
    for _ in range(SAMPLE):
        asked = urllib.request.Request(f"{url}/v1/chat/completions", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked) as reply:
            reply.read()
    return (time.perf_counter() - started) / SAMPLE * QUESTIONS


def sit(effort: str, url: str, users: int) -> dict[str, float]:
    """One whole run, in a process of its own."""
    keys = {"GROQ_API_KEY": "k", "CEREBRAS_API_KEY": "k", "GROQ_API_BASE": url, "CEREBRAS_BASE_URL": url}
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", ONE, str(Path(folder, "run")), effort, str(users)]
        started = time.perf_counter()
        done = subprocess.run(command, env=env | keys, capture_output=True, text=True, check=True)
        process = time.perf_counter() - started
    found = json.loads(done.stdout)
    manifest = found["manifest"]
    return {
        "jury": found["jury"],
        "rest": found["run"] - found["jury"],
        "run": found["run"],
        "process": process,
        "calls": manifest["calls"],
        "tokens": sum(manifest["tokens"].values()),
        "cost": manifest["cost_usd"],
        "by models": manifest["names_by_origin"].get("model", 0),
    }


def simple(body: dict[str, object]) -> str:
    """Answer our own prompts as the fixture does, and the predecessor's with a word."""
    return answer(body) if "response_format" in body or "tools" in body else "Premium_Engaged"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--users", type=int, default=25_000)
    given = parser.parse_args()
    with FaultServer(answer=simple, delay=DELAY) as server:
        before = serially(server.url)
        found = {e: [sit(e, server.url, given.users) for _ in range(given.rounds)] for e in EFFORTS}
    print(f"a server that answers after {DELAY:g} s; {given.users:,} users; median of {given.rounds}")
    print(f"{QUESTIONS} questions one after the other: {before:.1f} s\n")
    print("effort    jury s  x delay  serial/jury  calls  tokens  cost $  names by models  rest s  rest/run  process s")
    for effort, rounds in found.items():
        m = {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
        print(
            f"{effort:9} {m['jury']:6.2f} {m['jury'] / DELAY:8.2f} {before / m['jury']:12.1f} {m['calls']:6.0f} "
            f"{m['tokens']:7.0f} {m['cost']:7.4f} {m['by models']:16.0f} {m['rest']:7.2f} {m['rest'] / m['run']:9.1%} "
            f"{m['process']:10.2f}"
        )


if __name__ == "__main__":
    main()
