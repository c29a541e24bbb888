"""Calls one after the other, as many at a time as are to be under way."""

import concurrent.futures
import time


def closed_loop(call, in_flight: int, seconds: float) -> tuple[list, float]:
    """What the calls that were begun in that time gave, and how long all of them took."""
    def until(end: float) -> list:
        given = []
        while time.monotonic() < end:
            given.append(call())
        return given

    with concurrent.futures.ThreadPoolExecutor(in_flight) as pool:
        begin = time.monotonic()
        given = sum(pool.map(until, [begin + seconds] * in_flight), [])
        return given, time.monotonic() - begin
