"""The runner's line protocol (see src/protocol.ts), deadlines, checks and the data that cases write."""

import hashlib
import os
import re
import sys
import time
import traceback

BOOTSTRAP = os.environ.get("CONFORMANCE_BOOTSTRAP", "")
INTEROP_TOPIC = os.environ.get("CONFORMANCE_INTEROP", "")


class Context:
    """A case while it runs."""

    def __init__(self, case):
        self._case = case
        self._cleanups = []

    def name(self, suffix="t"):
        """A topic or group name that no other case uses."""
        return f"{os.environ['CONFORMANCE_RUN']}-{self._case}-{suffix}"

    def after(self, cleanup):
        """Runs after the case, last one first."""
        self._cleanups.append(cleanup)

    def restart(self, mode):
        say("restart", mode)
        answer = sys.stdin.readline().strip()
        check(answer == "ok", f"restart of the broker: {answer}")

    def end(self):
        for cleanup in reversed(self._cleanups):
            try:
                cleanup()
            except Exception:
                traceback.print_exc()


def say(*fields):
    print("@@ " + "\t".join(re.sub(r"\s+", " ", str(field)) for field in fields), flush=True)


def run_all(version, cases):
    """Runs the cases that the runner asked for, in the order of the table."""
    say("plan", version, ",".join(cases))
    wanted = set(os.environ["CONFORMANCE_CASES"].split(","))
    for name, body in cases.items():
        if name not in wanted:
            continue
        say("start", name)
        since = time.monotonic()
        context = Context(name)
        try:
            kind, detail = "pass", body(context) or ""
        except Exception as error:
            traceback.print_exc()
            kind, detail = "fail", f"{type(error).__name__}: {error}"
        context.end()
        say(kind, name, int((time.monotonic() - since) * 1000), detail)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: got {str(actual)[:400]}, expected {str(expected)[:400]}")


def no_rebalance(count):
    """A restart must not make the group rebalance.

    Apache Kafka is let off: while it starts, its metadata may miss the topic for a moment, and the leader joins again.
    """
    if os.environ.get("CONFORMANCE_TARGET") != "reference":
        equal(count, 0, "rebalances that the restart caused")


def until(what, condition, timeout=30):
    """Waits until the condition holds; the condition itself may poll a consumer."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        check(time.monotonic() < deadline, f"not within {timeout} s: {what}")
        time.sleep(0.01)


def rejected(what, code, call):
    """The call must end in a KafkaException with this code."""
    from confluent_kafka import KafkaException

    try:
        call()
    except KafkaException as error:
        equal(error.args[0].code(), code, f"{what}: error code")
        return
    raise AssertionError(f"{what} was accepted")


def numbered(count, size=24):
    """Different values, compressible, each about `size` bytes and beginning with its number."""
    return [(f"{index:06d}:" + "abcdefgh" * (size // 8 + 1))[: max(size, 7)] for index in range(count)]


def noise(size):
    """Bytes that do not compress, the same in each run."""
    blocks = (hashlib.sha256(b"noise-%d" % index).digest() for index in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def sha256(value):
    return hashlib.sha256(value).hexdigest()
