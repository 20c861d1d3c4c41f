"""Lets a program be asked in lines of JSON; see src/programs/talking-program.ts."""
import json
import os
import queue
import sys
import threading
import traceback

_output = threading.Lock()


def _print(message):
    with _output:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def say(event, value):
    """Says something unasked."""
    _print({"event": event, "value": value})


def serve(handlers):
    """Answers each line with what the handler of that name returns. Ends with standard input, also in the middle of a call."""
    asked = queue.Queue()

    def read():
        for line in sys.stdin:
            asked.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        request = asked.get()
        try:
            _print({"id": request["id"], "value": handlers[request["call"]](**request["with"])})
        except Exception:
            _print({"id": request["id"], "error": traceback.format_exc()})
