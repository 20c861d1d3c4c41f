"""Sends with the original client, which has to be on PYTHONPATH, and whose credentials are in the environment."""
from kindo_message_python_client.producer import send_to_producer

from lines import serve

serve({"send": lambda url, message: send_to_producer(url, message)})
