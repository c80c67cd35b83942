"""The worker of the web server: no thread waits for a client.

gunicorn's threaded worker lends a thread to each connection from its first byte on, so four
clients that say half a sentence hold four threads. Here the poller, which waits for all at once,
gathers each request until it is whole, and only then a thread answers it. The poller also waits
for clients that do not close their end. It leans on ThreadWorker of gunicorn 27; the version is
locked, and tests open hundreds of such connections.
"""

from __future__ import annotations

import errno
import re
import socket
import struct
import sys
import time
from collections import deque
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ

from gunicorn.workers.gthread import TConn, ThreadWorker

PATIENCE = 30.0  # seconds in which a request has to be whole; for a body more, by SLOWEST
SLOWEST = 16 * 1024  # bytes a second of an upload
LINGER = 2.0  # seconds in which a client may close its end of an ended connection
LARGEST_HEAD = 64 * 1024  # bytes
LARGEST_BODY = 16 * 1024 * 1024  # bytes; an upload has at most 15 MB
MOST_GATHERED = 64 * 1024 * 1024  # bytes of all requests that are under way to one worker
# Seconds after which a thread at long work lets others in. A search asks a dozen times, as often as
# it reads the database, and Python's own 5 ms each time are more than all the rest of it.
SOONEST = 0.0005
_PIECE = 64 * 1024
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*(?=\r\n)")
# The length of these is not told beforehand, or the client waits to be asked for the rest.
_IN_PIECES = (b"\r\ntransfer-encoding:", b"\r\nexpect:")


class Connection(TConn):
    """One client, what it has sent of its next request, and a way to end without waiting."""

    def __init__(self, worker: Worker, client: socket.socket, address: object, server: object):
        super().__init__(worker.cfg, client, address, server)
        self.received = bytearray()
        self.wanted: int | None = None  # bytes of the whole request, once its head has come
        self._worker = worker

    def close(self, graceful: bool = False) -> None:
        """End it. `graceful`: the client may still be sending, and must see the whole answer."""
        if graceful:
            self._worker.linger(self)
        else:
            super().close()


class Worker(ThreadWorker):
    """Gathers requests in the poller and answers whole ones in threads."""

    def init_process(self) -> None:
        """As gunicorn does, with room for those that are being ended."""
        self.lingering: deque[tuple[float, Connection]] = deque()
        self.gathered = 0  # bytes in `received` of all connections
        sys.setswitchinterval(SOONEST)
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection, and wait for its first request."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        # A client that takes nothing of its answer gives its thread back, too.
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            client.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(PATIENCE), 0))
        conn = Connection(self, client, address, listener.getsockname())
        conn.init()
        self._await(conn)
        self.on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A kept connection says something: the beginning of its next request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn)
        self.on_pending_socket_readable(conn, client)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """More of a request has come; once it is whole, a thread answers it."""
        try:
            piece = client.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        conn.received += piece
        self.gathered += len(piece)
        if not piece:
            self._unlist(conn)
            self.nr_conns -= 1
            conn.close()
        else:
            self._answer_if_whole(conn)

    def finish_request(self, conn: Connection, done: object) -> None:
        """As gunicorn does; what came along after the request is the beginning of the next."""
        early = conn.parser.unreader.take_buffered()
        super().finish_request(conn, done)
        if early and conn in self.keepalived_conns:
            self.poller.unregister(conn.sock)
            self.keepalived_conns.remove(conn)
            self._await(conn)
            conn.received += early
            self.gathered += len(early)
            self._answer_if_whole(conn)

    def linger(self, conn: Connection) -> None:
        """Say that nothing more comes, and close when the client has, or after LINGER seconds."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self._on_last_words, conn))
        except (OSError, ValueError):
            TConn.close(conn)
            return
        self.lingering.append((time.monotonic() + LINGER, conn))

    def murder_pending(self) -> None:
        """Close those whose request is not whole in time, and those that do not close."""
        now = time.monotonic()
        for conn in list(self.pending_conns):
            if conn.timeout <= now or not (self.alive or conn.received):
                self._unlist(conn)
                self.nr_conns -= 1
                conn.close()
        while self.lingering and self.lingering[0][0] <= now:
            self._end(self.lingering.popleft()[1])

    def _await(self, conn: Connection) -> None:
        """Let the poller gather its next request."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + PATIENCE
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, readable)

    def _unlist(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        self.gathered -= len(conn.received)

    def _answer_if_whole(self, conn: Connection) -> None:
        if conn.wanted is None:
            conn.wanted = _size(conn.received)
            conn.timeout += (conn.wanted or 0) / SLOWEST
        if conn.wanted is None:
            if len(conn.received) > LARGEST_HEAD:
                self._refuse(conn)
        elif len(conn.received) >= conn.wanted or self.gathered > MOST_GATHERED:
            self._unlist(conn)
            conn.parser.unreader.unread(bytes(conn.received))
            conn.received.clear()
            conn.wanted = None
            self.enqueue_req(conn)

    def _refuse(self, conn: Connection) -> None:
        self._unlist(conn)
        self.nr_conns -= 1
        with suppress(OSError):
            conn.sock.send(_TOO_LARGE)
        conn.close(graceful=True)

    def _on_last_words(self, conn: Connection, client: socket.socket) -> None:
        try:
            if client.recv(_PIECE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.lingering = deque(one for one in self.lingering if one[1] is not conn)
        self._end(conn)

    def _end(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        TConn.close(conn)


def _size(received: bytearray) -> int | None:
    """How many bytes to gather of this request; None while its head is not whole.

    Of a body that is too large, or whose length is not told, nothing is gathered.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(received[: end + 2]).lower()
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1 or any(name in head for name in _IN_PIECES):
        return end + 4
    length = int(lengths[0])
    return end + 4 + (length if length <= LARGEST_BODY else 0)
