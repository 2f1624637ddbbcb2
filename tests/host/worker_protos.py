"""Plain stand-ins for the worker's protocol messages: what the library makes and reads, without gRPC.

https://github.com/Azure/azure-functions-language-worker-protobuf
"""

from types import SimpleNamespace as Message


class TypedData(Message):
    """A value on its way in or out: exactly one field is set."""

    def WhichOneof(self, group: str) -> str:  # noqa: N802, ARG002 - protobuf's own name and argument
        """Give the name of the field that is set."""
        return next(iter(vars(self)))


class ParameterBinding(Message):
    """A parameter and its value."""

    def WhichOneof(self, group: str) -> str:  # noqa: N802, ARG002 - protobuf's own name and argument
        """Give the field that carries the value: never shared memory here."""
        return "data"


class StatusResult(Message):
    """How a request ended."""

    Failure, Success, Cancelled = 0, 1, 2


class BindingInfo(Message):
    """A binding of a function; the numbers are those of the package's enumerations."""

    # `in` is a keyword, and only the worker's host looks for it.
    out, inout = 1, 2
    undefined = 0


FunctionLoadResponse = FunctionMetadataResponse = InvocationResponse = WorkerInitResponse = Message
NullableString = NullableBool = NullableDouble = NullableTimestamp = Message
RpcException = RpcFunctionMetadata = RpcHttp = RpcHttpCookie = RpcRetryOptions = WorkerMetadata = Message
