"""The kazoo client, driven by lines on standard input.

All drivers in this directory obey the same commands and print the same lines:

    connect HOST:PORT TIMEOUT_MS SESSION|- PASSWORD|- rw|ro
    auth SCHEME CREDENTIAL      exists PATH (sets a watch)   get PATH
    create PATH DATA persistent|ephemeral                    set PATH DATA
    multi PATH (create, set, delete in one)                  children PATH
    delete PATH                                              close

    done COMMAND | failed COMMAND WHY
    connected SESSION PASSWORD | readonly SESSION PASSWORD
    suspended | expired | authfailed | watch TYPE PATH
"""

import logging
import sys

from kazoo.client import KazooClient, KazooState
from kazoo.protocol.states import KeeperState

client = None


def say(*words):
    """Prints a line in one piece: watches are called on another thread."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def on_state(state):
    if state == KazooState.CONNECTED:
        session, password = client.client_id
        read_only = client.client_state == KeeperState.CONNECTED_RO
        say("readonly" if read_only else "connected", f"{session:x}", password.hex())
    elif state == KazooState.SUSPENDED:
        say("suspended")
    elif client.client_state == KeeperState.AUTH_FAILED:
        say("authfailed")
    elif client.client_state != KeeperState.CLOSED:
        say("expired")


def on_watch(event):
    say("watch", event.type, event.path)


def connect(hosts, timeout, session, password, mode):
    global client
    identity = None if session == "-" else (int(session, 16), bytes.fromhex(password))
    client = KazooClient(
        hosts=hosts,
        timeout=int(timeout) / 1000,
        client_id=identity,
        read_only=mode == "ro",
        connection_retry=dict(max_tries=-1, delay=0.2, backoff=1, max_jitter=0.1),
    )
    client.add_listener(on_state)
    client.start_async()


def multi(path):
    transaction = client.transaction()
    transaction.create(path, b"one")
    transaction.set_data(path, b"two")
    transaction.delete(path)
    for result in transaction.commit():
        if isinstance(result, Exception):
            raise result


def close():
    client.stop()
    client.close()


commands = {
    "connect": connect,
    "auth": lambda scheme, credential: client.add_auth(scheme, credential),
    "create": lambda path, data, kind: client.create(path, data.encode(), ephemeral=kind == "ephemeral"),
    "exists": lambda path: client.exists(path, watch=on_watch),
    "get": lambda path: client.get(path),
    "set": lambda path, data: client.set(path, data.encode()),
    "children": lambda path: client.get_children(path, include_data=True),
    "multi": multi,
    "delete": lambda path: client.delete(path),
    "close": close,
}

logging.basicConfig(level=logging.CRITICAL)
for line in sys.stdin:
    name, *words = line.split()
    try:
        commands[name](*words)
        say("done", name)
    except Exception as error:
        say("failed", name, type(error).__name__)
