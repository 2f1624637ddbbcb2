"""Drives Microsoft's worker library over one app: `worker_driver.py APP_FOLDER`, calls in, answers out.

Each line of the input is a call, `{"name": ..., "http" | "timer" | "queue": ...}`; the first line of the
output lists the functions, each further one is the answer to a call. The library keeps its state in the
module, so an app needs a process of its own.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).parent


def _request(kind: str, protos: Any, **fields: Any) -> SimpleNamespace:
    request = SimpleNamespace(**{kind: SimpleNamespace(**fields)})
    return SimpleNamespace(request=request, properties={"host": "localhost", "protos": protos})


def _trigger(call: dict[str, Any], protos: Any) -> tuple[Any, dict[str, Any]]:
    """Give the trigger's value and its metadata, as the Functions host sends them."""
    if "timer" in call:
        return protos.TypedData(json=json.dumps(call["timer"])), {}
    if "queue" in call:
        metadata = {"Id": "1", "DequeueCount": "1", "PopReceipt": "x"}
        times = dict.fromkeys(
            ("InsertionTime", "ExpirationTime", "NextVisibleTime"), '"2026-01-02T03:04:05Z"'
        )
        given = {name: protos.TypedData(string=value) for name, value in metadata.items()}
        given |= {name: protos.TypedData(json=value) for name, value in times.items()}
        return protos.TypedData(string=call["queue"]), given
    http = {"method": "GET", "url": "http://localhost/", "headers": {}, "params": {}, "query": {}, "body": ""}
    http |= call["http"]
    body = protos.TypedData(bytes=http["body"].encode())
    return protos.TypedData(http=protos.RpcHttp(**(http | {"body": body}))), {}


def _answer(response: Any) -> dict[str, Any]:
    if response.result.status != response.result.Success:
        return {"error": response.result.exception.message, "stack": response.result.exception.stack_trace}
    value = vars(response.return_value) if response.return_value else {}
    if "http" in value:
        return {"status": int(value["http"].status_code), "body": value["http"].body.bytes.decode()}
    return {"body": value.get("string")}


async def _drive(folder: str) -> None:
    import azure_functions_runtime as worker  # noqa: PLC0415 - after the app's folder leads the path
    import worker_protos as protos  # noqa: PLC0415 - as above

    init = _request("worker_init_request", protos, capabilities={}, function_app_directory=folder)
    ready = await worker.worker_init_request(init)
    listed = await worker.functions_metadata_request(_request("functions_metadata_request", protos))
    functions = {each.name: each for each in listed.function_metadata_results or ()}
    bindings = {name: [json.loads(each) for each in found.raw_bindings] for name, found in functions.items()}
    is_ready = ready.result.status == protos.StatusResult.Success
    failure = "" if is_ready else ready.result.exception.message
    sys.stdout.write(json.dumps({"functions": bindings, "error": failure}) + "\n")
    for line in sys.stdin:
        call = json.loads(line)
        found = functions[call["name"]]
        data, metadata = _trigger(call, protos)
        parameter = next(each["name"] for each in bindings[call["name"]] if each["type"].endswith("Trigger"))
        response = await worker.invocation_request(
            _request(
                "invocation_request",
                protos,
                invocation_id="invocation",
                function_id=found.function_id,
                input_data=[protos.ParameterBinding(name=parameter, data=data)],
                trigger_metadata=metadata,
                trace_context=protos.Message(trace_parent="", trace_state="", attributes={}),
                retry_context=protos.Message(retry_count=0, max_retry_count=0, exception=None),
            )
        )
        sys.stdout.write(json.dumps(_answer(response)) + "\n")


if __name__ == "__main__":
    sys.path[:0] = [sys.argv[1], str(HERE)]
    asyncio.run(_drive(sys.argv[1]))
