"""A small app with a function of each kind, which the local host and the worker library are tried on."""

import asyncio
import json

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
KEPT: dict[str, str] = {}


@app.route("open", auth_level=func.AuthLevel.ANONYMOUS, methods=["GET"])
def open_to_all(req: func.HttpRequest) -> func.HttpResponse:
    """Echo what was received."""
    seen = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "params": dict(req.params),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@app.route("guarded/{number:int}/{part?}")
async def guarded(req: func.HttpRequest, context: func.Context) -> str:
    """Tell the route's parameters."""
    await asyncio.sleep(0)
    return json.dumps({"route": dict(req.route_params), "function": context.function_name})


@app.route("closed", auth_level=func.AuthLevel.ADMIN)
def closed(req: func.HttpRequest) -> func.HttpResponse:
    """Answer who has the master key."""
    return func.HttpResponse(req.method, headers={"X-Seen": "yes"}, status_code=202)


@app.route("nothing", auth_level=func.AuthLevel.ANONYMOUS)
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    """Return nothing."""
    _ = req
    return None  # type: ignore[return-value]


@app.route("failing", auth_level=func.AuthLevel.ANONYMOUS)
def failing(req: func.HttpRequest) -> str:
    """Fail."""
    raise LookupError(req.method)


@app.route("api/v1/workspaces/{workspace}", auth_level=func.AuthLevel.ANONYMOUS, methods=["GET", "PUT"])
def workspace(req: func.HttpRequest) -> func.HttpResponse:
    """Keep a document, and give it back."""
    name = req.route_params["workspace"]
    if req.method == "PUT":
        KEPT[name] = req.get_body().decode()
    return func.HttpResponse(KEPT.get(name, "{}"), mimetype="application/json")


@app.route(
    "api/v1/workspaces/{workspace}/sources/{connection}/pull",
    auth_level=func.AuthLevel.ANONYMOUS,
    methods=["POST"],
)
def pull(req: func.HttpRequest) -> func.HttpResponse:
    """Keep which pulls were asked for."""
    KEPT["pulled"] = f"{KEPT.get('pulled', '')} {req.route_params['connection']}".strip()
    return func.HttpResponse(status_code=202)


@app.timer_trigger("timer", "*/1 * * * * *")
def tick(timer: func.TimerRequest) -> None:
    """Count a run."""
    KEPT["ticks"] = str(int(KEPT.get("ticks", "0")) + 1)
    KEPT["past_due"] = str(timer.past_due)


@app.queue_trigger("message", "%SAMPLE_QUEUE%", "AzureWebJobsStorage")
async def take(message: func.QueueMessage) -> None:
    """Keep a message's number, and fail on a bad one."""
    await asyncio.sleep(0)
    KEPT["taken"] = message.get_json()["number"]
