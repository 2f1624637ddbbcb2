"""What a deployment uploads: all that the app needs, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec

from tests.infra.bicep import ROOT

UPLOADED = {"function_app.py", "host.json", "requirements.txt", "functions", "shared"}
LIST = (
    "from function_app import app; print(*sorted(each.get_function_name() for each in app.get_functions()))"
)


def _ignored() -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text(encoding="utf-8").splitlines())


def _packed() -> list[str]:
    """Give the files that the rules leave, looking only into folders that they do not name."""
    ignored, found = _ignored(), list[str]()
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            name = path.relative_to(ROOT).as_posix() + ("/" if path.is_dir() else "")
            if ignored.match_file(name):
                continue
            if path.is_dir():
                folders.append(path)
            else:
                found.append(name)
    return found


def _functions(folder: Path) -> list[str]:
    ended = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-B", "-c", LIST],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_only_the_app_is_uploaded() -> None:
    """Of this folder the app, its settings and its requirements go up; what is new says where it belongs."""
    assert UPLOADED == {name.split("/")[0] for name in _packed()}


@pytest.mark.parametrize(
    "name", ["tests/conftest.py", "dev/audit.py", ".venv/bin/python", "local.settings.json"]
)
def test_what_must_not_go_up_does_not(name: str) -> None:
    """Tests, tools, the virtual environment and settings with secrets stay here."""
    assert _ignored().match_file(name)


def test_the_package_is_whole(tmp_path: Path) -> None:
    """The app starts from the uploaded files alone, with every function that it has here."""
    for name in _packed():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    assert _functions(ROOT) == _functions(tmp_path)


def test_files_that_are_no_code_go_up_too() -> None:
    """Templates, styles and the like that the app reads from its folders are in the package."""
    packed = set(_packed())
    left = [
        path.relative_to(ROOT).as_posix()
        for name in ("functions", "shared")
        for path in sorted((ROOT / name).rglob("*"))
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.relative_to(ROOT).as_posix() not in packed
    ]
    assert [] == left
