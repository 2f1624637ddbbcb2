"""The functions of an app, as `app.get_functions()` lists them.

Whatever this host cannot do as Azure does it is refused at the start, with the function's name.
"""

import importlib
import inspect
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func

from dev.host.errors import StartupError

TRIGGERS = ("httpTrigger", "timerTrigger", "queueTrigger")


@dataclass(frozen=True)
class Function:
    """One function: what to call, and the trigger's settings as function.json would have them."""

    name: str
    call: Callable[..., Any]
    trigger: Mapping[str, Any]
    has_context: bool
    folder: str

    @property
    def kind(self) -> str:
        """The trigger's type: httpTrigger, timerTrigger or queueTrigger."""
        return str(self.trigger["type"])

    @property
    def is_async(self) -> bool:
        """Whether it runs on the event loop rather than in a thread."""
        return inspect.iscoroutinefunction(self.call)


def _function(listed: Any, folder: Path) -> Function:
    name = listed.get_function_name()
    bindings = [json.loads(each) for each in listed.get_raw_bindings()]
    triggers = [each for each in bindings if each["type"] in TRIGGERS]
    others = [each["type"] for each in bindings if each not in triggers and each["type"] != "http"]
    if others or len(triggers) != 1:
        raise StartupError(f"function {name!r} has bindings that this host does not know: {others}")
    if listed.get_setting("retry_policy"):
        raise StartupError(f"function {name!r} has a retry policy, which this host does not know")
    call = listed.get_user_function()
    parameters = set(inspect.signature(call).parameters)
    if parameters - {"context"} != {triggers[0]["name"]}:
        raise StartupError(f"function {name!r} takes {sorted(parameters)}, not {triggers[0]['name']!r}")
    return Function(name, call, triggers[0], "context" in parameters, str(folder))


def functions_of(app: func.FunctionApp, folder: Path, environment: Mapping[str, str]) -> tuple[Function, ...]:
    """List the app's functions that no setting disables; raises StartupError."""
    functions = [_function(listed, folder) for listed in app.get_functions()]
    disabled = {
        each.name
        for each in functions
        if environment.get(f"AzureWebJobs.{each.name}.Disabled", "").lower() in {"1", "true"}
    }
    return tuple(each for each in functions if each.name not in disabled)


def load(folder: Path) -> func.FunctionApp:
    """Import the folder's function_app.py and give its one FunctionApp; raises StartupError."""
    sys.path.insert(0, str(folder))
    module = importlib.import_module("function_app")
    if Path(str(module.__file__)).parent != folder.resolve():
        raise StartupError(f"{folder} has no function_app.py")
    apps = [each for each in vars(module).values() if isinstance(each, func.FunctionApp)]
    if len(apps) != 1:
        raise StartupError(f"function_app.py must define one FunctionApp, it defines {len(apps)}")
    return apps[0]
