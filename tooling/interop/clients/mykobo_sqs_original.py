"""The original client's SQS, which has to be on PYTHONPATH: URL, and region and keys in the environment."""
import sys

from mykobo_py.message_bus.sqs.SQS import SQS

from lines import serve

bus = SQS(sys.argv[1])

serve({
    "send": lambda message, queue: bus.send_message(message, queue)["MessageId"],
    "receive": lambda queue: bus.receive_message(queue),
    "delete": lambda queue, handle: bus.delete_message(queue, handle),
})
