"""Imports go one way: app -> graph -> agents | tools -> data. A program checks it."""

import subprocess
from pathlib import Path

import pytest

from tests import program

ROOT = Path(__file__).parent.parent

PACKAGES = '["cartjury.app", "cartjury.graph", "cartjury.agents", "cartjury.tools", "cartjury.data"]'
BROKEN = {
    "upside down": 'type = "layers"\nlayers = ["cartjury.data", "cartjury.tools"]',
    "forbidden": 'type = "forbidden"\nsource_modules = ["cartjury.graph"]\nforbidden_modules = ["langgraph"]',
}


def lint(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [str(program.BIN / "lint-imports"), "--no-cache", *words],
        cwd=folder,
        env=program.surroundings(folder) if folder != ROOT else None,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_layers_of_the_project_hold() -> None:
    code, said = lint(ROOT)

    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_that_the_code_breaks_is_reported(rule: str, tmp_path: Path) -> None:
    config = tmp_path / "rules.toml"
    config.write_text(
        f"[tool.importlinter]\nroot_packages = {PACKAGES}\ninclude_external_packages = true\n"
        f'[[tool.importlinter.contracts]]\nname = "{rule}"\n{BROKEN[rule]}\n',
        encoding="utf-8",
    )
    code, said = lint(tmp_path, "--config", str(config))

    assert code == 1, said
    assert "1 broken" in said
