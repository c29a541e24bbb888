#!/usr/bin/env python3
"""Calls any method of any gRPC service that speaks server reflection, with JSON in and out: no generated code.

    call.py HOST:PORT                          # what there is to call
    call.py HOST:PORT package.Service/Method   # requests from stdin, answers to stdout: JSON, one after the other

Messages are JSON as protobuf defines it: bytes are base64, names may be those of the .proto or in camel case. The exit
status is 1 when the service answered with an error, whose code and message are on the error stream.

Needs grpcio and grpcio-reflection (PyPI).
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import MethodDescriptor
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


def json_values(text: str) -> Iterator[Any]:
    """The JSON values of a text that holds one after the other."""
    decoder, position = json.JSONDecoder(), 0
    while text := text[position:].lstrip():
        value, position = decoder.raw_decode(text)
        yield value


def signature(method: MethodDescriptor) -> str:
    def kind(streams: bool, message: Any) -> str:
        return f"{'stream ' if streams else ''}{message.full_name}"

    return (f"{method.containing_service.full_name}/{method.name}"
            f"({kind(method.client_streaming, method.input_type)}) returns "
            f"({kind(method.server_streaming, method.output_type)})")


def call(channel: grpc.Channel, method: MethodDescriptor, text: str, timeout: float) -> Iterator[str]:
    """Makes the call with the requests of a text; gives the answers."""
    request = message_factory.GetMessageClass(method.input_type)
    answer = message_factory.GetMessageClass(method.output_type)
    requests = [json_format.ParseDict(value, request()) for value in json_values(text)]
    if not method.client_streaming and len(requests) != 1:
        raise ValueError(f"{method.full_name} takes one request, not {len(requests)}")
    # A method with one request or answer is a stream of one.
    invoke = channel.stream_stream(
        f"/{method.containing_service.full_name}/{method.name}", request_serializer=request.SerializeToString,
        response_deserializer=answer.FromString)
    for message in invoke(iter(requests), timeout=timeout):
        yield json_format.MessageToJson(
            message, indent=None, ensure_ascii=False, always_print_fields_with_no_presence=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="host:port")
    parser.add_argument("method", nargs="?", help="package.Service/Method; without it all methods are listed")
    parser.add_argument("--timeout", type=float, default=30, metavar="SECONDS", help="for all of it: %(default)s")
    arguments = parser.parse_args()
    try:
        with grpc.insecure_channel(arguments.address) as channel:
            database = ProtoReflectionDescriptorDatabase(channel)
            pool = descriptor_pool.DescriptorPool(database)
            if not arguments.method:
                for name in database.get_services():
                    print(*map(signature, pool.FindServiceByName(name).methods), sep="\n")
                return 0
            service, _, method = arguments.method.partition("/")
            found = pool.FindServiceByName(service).FindMethodByName(method)
            for answer in call(channel, found, sys.stdin.read(), arguments.timeout):
                print(answer, flush=True)
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}", file=sys.stderr)
        return 1
    except KeyError:
        print(f"call.py: {arguments.address} has no method {arguments.method}", file=sys.stderr)
        return 2
    except (ValueError, json_format.ParseError) as error:
        print(f"call.py: no request of {arguments.method}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    # As other programs end whose reader has seen enough.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
