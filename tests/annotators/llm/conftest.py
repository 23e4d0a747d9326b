"""A server on this machine that speaks the protocol, and says what a test tells it to."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from builder.annotators import llm

KEY = "sk-very-secret-value"


class Server(ThreadingHTTPServer):
    """Answers with `says(sentence)`; a status in `first` is given before that, one per request."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.says = lambda text: {"entities": [], "label": "background"}
        self.first, self.requests, self.headers = [], [], []
        self.usage = {"prompt_tokens": 100, "completion_tokens": 10}
        self.has_schemas = True

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def texts(self):
        return [fenced(body) for body in self.requests]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append(body)
        server.headers.append(dict(self.headers))
        if server.first:
            return self.answer(server.first.pop(0), b'{"error": "' + KEY.encode() + b'"}')
        if "response_format" in body and not server.has_schemas:
            return self.answer(400, b"no schemas here")
        said = server.says(fenced(body))
        if isinstance(said, bytes):
            return self.answer(200, said)
        words = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        choice = {"message": {"role": "assistant", "content": words}}
        return self.answer(200, json.dumps({"choices": [choice], "usage": server.usage}).encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "7")
        if status == 307:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


def fenced(body):
    """Find the sentence of a request between its fences."""
    content = body["messages"][1]["content"]
    mark = re.match(r"=== ([0-9a-f]{32}) ===\n", content).group(1)
    assert 2 == content.count(mark)
    return content[len(mark) + 9 : -len(mark) - 9]


@pytest.fixture
def server():
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def asker(server, news, tmp_path, waits, monkeypatch):
    """Build the annotator; it notes how long it would wait, and does not."""
    monkeypatch.setenv("BUILDER_LLM_KEY", KEY)

    def make(**options):
        made = llm.build({"url": server.url, "model": "tiny", "cache": str(tmp_path / "kept"), **options}, news)
        made.endpoint._pause = waits.append
        return made

    return make
