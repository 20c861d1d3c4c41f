"""moto's server, whose SQS hands a message to one receiver only. Its options are those of moto_server.

moto looks for a message and marks it as received without a lock, so that two receivers now and then get the same one. Here one looks at a time, and
whoever finds nothing looks again until the time is over.
"""
import threading
import time

from moto.server import main
from moto.sqs.models import SQSBackend

look = SQSBackend.receive_message
lock = threading.Lock()
pause_seconds = 0.02


def receive_message(self, queue_name, count, wait_seconds_timeout, *others, **more):
    deadline = time.monotonic() + wait_seconds_timeout
    while True:
        with lock:
            messages = look(self, queue_name, count, 0, *others, **more)
        if messages or time.monotonic() >= deadline:
            return messages
        time.sleep(pause_seconds)


SQSBackend.receive_message = receive_message
main()
