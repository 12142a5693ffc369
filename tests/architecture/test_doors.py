"""Modules have one door; each check is shown to catch what it is for."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest
from tests.architecture.source import ROOT, SOURCE, Source, functions, imported_names, python_sources

MODULES = "xiaodian.modules."
DOOR = "api"
# The composition root also takes what it wires: routes, and work for the background.
WIRED = {"api", "routes", "handlers", "jobs"}
ROOT_FILE = "src/xiaodian/app.py"
THIN_FILES = ("*routes*.py", "handlers.py", "jobs.py")
THIN_MAX_LINES = 30
DATABASE_CALLS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "copy_records_to_table", "transaction"}
# A handler opens the transaction in which the inbox marks and the use case's rows are written together.
ALLOWED_CALLS = {"handlers.py": {"transaction"}}
SETTINGS_NAMES = {"Settings", "BadSettingError", "describe_settings", "ENV_PREFIX"}
MAY_READ_ENVIRONMENT = ("src/xiaodian/app.py", "src/xiaodian/cli/", "src/xiaodian/settings.py", "src/xiaodian/infra/")


def _module_of(path: str) -> str | None:
    prefix = "src/xiaodian/modules/"
    return path.removeprefix(prefix).split("/")[0] if path.startswith(prefix) and path.count("/") > 3 else None


def through_walls(source: Source) -> Iterator[str]:
    """Imports of another module's inside."""
    own = _module_of(source.path)
    allowed = WIRED if source.path == ROOT_FILE else {DOOR}
    for name in imported_names(source.tree):
        if not name.startswith(MODULES):
            continue
        module, _, inside = name.removeprefix(MODULES).partition(".")
        if module != own and inside.split(".")[0] not in allowed:
            yield f"{source.path} imports {name}"


def not_thin(source: Source) -> Iterator[str]:
    """Functions of routes, handlers and jobs that decide or write by themselves."""
    if _module_of(source.path) is None or not any(map(PurePath(source.path).match, THIN_FILES)):
        return
    forbidden = DATABASE_CALLS - ALLOWED_CALLS.get(Path(source.path).name, set())
    for function in functions(source.tree):
        body = [
            node for node in function.body if not isinstance(node, ast.Expr | ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        lines = sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in body)
        if lines > THIN_MAX_LINES:
            yield f"{source.path}: {function.name} has {lines} lines of its own"
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in forbidden:
                yield f"{source.path}: {function.name} calls {node.func.attr}"


def settings_not_handed_down(source: Source) -> Iterator[str]:
    """Settings that are imported as values, or read from the environment outside of the composition root."""
    if source.path == "src/xiaodian/settings.py":
        return
    for name in imported_names(source.tree):
        if name.startswith("xiaodian.settings.") and name.rpartition(".")[2] not in SETTINGS_NAMES:
            yield f"{source.path} imports {name}"
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "from_env"
            and not source.path.startswith(MAY_READ_ENVIRONMENT)
        ):
            yield f"{source.path} reads settings from the environment"
    for statement in source.tree.body:
        for node in ast.walk(statement) if isinstance(statement, ast.Assign | ast.AnnAssign) else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Settings":
                yield f"{source.path} keeps settings as a value of the file"


def more_than_docstring(source: Source) -> Iterator[str]:
    """Code in a package's `__init__`, or a module without a word about itself."""
    if not source.path.startswith("src/xiaodian/modules/") or not source.path.endswith("__init__.py"):
        return
    body = source.tree.body
    docstring = ast.get_docstring(source.tree)
    if len(body) > (1 if docstring else 0):
        yield f"{source.path} has code"
    if _module_of(source.path) is not None and source.path.count("/") == 4 and not docstring:
        yield f"{source.path} has no docstring"


CHECKS = (through_walls, not_thin, settings_not_handed_down, more_than_docstring)
_IN_SHOPS = "src/xiaodian/modules/shops/service/x.py"
_ROUTES = "src/xiaodian/modules/shops/routes.py"

SAMPLES = [
    (through_walls, _IN_SHOPS, "from xiaodian.modules.accounts import queries", False),
    (through_walls, _IN_SHOPS, "from xiaodian.modules.accounts.service.sign_in import sign_in", False),
    (through_walls, _IN_SHOPS, "import xiaodian.modules.accounts.queries", False),
    (through_walls, _IN_SHOPS, "def f():\n    from xiaodian.modules.accounts import queries", False),
    (through_walls, "src/xiaodian/cli/x.py", "from xiaodian.modules.accounts import queries", False),
    (through_walls, "src/xiaodian/app.py", "from xiaodian.modules.accounts import queries", False),
    (through_walls, _IN_SHOPS, "from xiaodian.modules.accounts import api as accounts", True),
    (through_walls, _IN_SHOPS, "from xiaodian.modules.accounts.api import get_account", True),
    (through_walls, _IN_SHOPS, "from xiaodian.modules.shops import queries", True),
    (through_walls, "src/xiaodian/app.py", "from xiaodian.modules.accounts import routes", True),
    (not_thin, _ROUTES, "async def f(connection):\n    await connection.execute('DELETE')", False),
    (not_thin, _ROUTES, "async def f(ctx):\n    async with ctx.database.transaction() as c:\n        pass", False),
    (not_thin, "src/xiaodian/modules/shops/routes_x.py", "async def f(c):\n    await c.execute('DELETE')", False),
    (not_thin, "src/xiaodian/modules/shops/x_routes.py", "async def f(c):\n    await c.execute('DELETE')", False),
    (not_thin, _ROUTES, "def f():\n" + "    x = 1\n" * 31, False),
    (not_thin, _ROUTES, "async def f(ctx):\n    return await use_case(ctx)", True),
    (not_thin, _IN_SHOPS, "async def f(connection):\n    await connection.execute('DELETE')", True),
    (settings_not_handed_down, _IN_SHOPS, "from xiaodian.settings import settings", False),
    (settings_not_handed_down, _IN_SHOPS, "from xiaodian.settings import Settings\nx = Settings.from_env()", False),
    (settings_not_handed_down, _IN_SHOPS, "from xiaodian.settings import Settings\nx = Settings()", False),
    (settings_not_handed_down, _IN_SHOPS, "from xiaodian.settings import Settings", True),
    (more_than_docstring, "src/xiaodian/modules/shops/__init__.py", '"""Shops."""\nx = 1', False),
    (more_than_docstring, "src/xiaodian/modules/shops/__init__.py", "", False),
    (more_than_docstring, "src/xiaodian/modules/shops/__init__.py", '"""Shops."""', True),
    (more_than_docstring, "src/xiaodian/modules/shops/service/__init__.py", "", True),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_source_keeps_the_rule(check: object) -> None:
    assert callable(check)
    assert [finding for source in python_sources("src/xiaodian") for finding in check(source)] == []


@pytest.mark.parametrize(("check", "path", "text", "is_good"), SAMPLES)
def test_the_check_itself_catches_bad_and_passes_good(check: object, path: str, text: str, is_good: bool) -> None:
    assert callable(check)
    assert (list(check(Source(path, text))) == []) is is_good


def test_the_floors_and_modules_are_imported_downwards_only() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout
    assert "0 broken" in run.stdout


def test_every_module_stands_in_the_contract_of_layers() -> None:
    layers = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition('id = "modules"')[2]
    for folder in (SOURCE / "modules").iterdir():
        if (folder / "__init__.py").exists():
            assert folder.name in layers


def test_no_two_parts_of_the_platform_share_an_advisory_lock() -> None:
    """One that is held for ever would stop the other; numbers are of this form, and written in one place each.

    Those with a second number (after a comma) are kept apart by PostgreSQL.
    """
    found = [
        (number.replace("_", ""), source.path)
        for source in python_sources("src/xiaodian")
        for number in re.findall(r"\b7_?142_?\d{3}\b(?!,)", source.text)
    ]
    files = {number: {path for other, path in found if other == number} for number, _ in found}
    assert {number: paths for number, paths in files.items() if len(paths) > 1} == {}
    assert files
