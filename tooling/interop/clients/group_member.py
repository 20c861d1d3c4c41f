"""What a peer of Kafka does as a member of a group, whichever library it reads with."""
import threading
import time

from lines import say


def said(partition, offset, key, value, headers=()):
    return {
        "partition": partition,
        "offset": offset,
        "key": None if key is None else key.decode(),
        "value": value.decode(),
        "headers": {name: text.decode() for name, text in headers or ()},
    }


class Member:
    """
    Handles one record after the other, and commits each before it goes on. `poll` gives records, `commit` takes one of them, and `describe` says what
    it is; all are called by one thread. What was handled is said with the time on the clock that all processes of the machine share.
    """

    def __init__(self, poll, commit, describe, close):
        self._poll, self._commit, self._describe, self._close = poll, commit, describe, close
        self._leaving = threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def leave(self):
        self._leaving.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self):
        try:
            while not self._leaving.is_set():
                for record in self._poll():
                    say("handled", {**self._describe(record), "at": time.monotonic_ns() / 1e6})
                    self._commit(record)
                    if self._leaving.is_set():
                        break
        except Exception as error:
            self._failure = error
            say("failed", repr(error))
        finally:
            self._close()
