#!/usr/bin/env python3
"""Prints the ZooKeeper conversations of a capture, one frame on a line.

    frames.py FILE.pcap PORT ...

An independent and deliberately plain reader: it exists to check that each
capture shows what its file name says. It reads classic pcap with Ethernet and
both Linux cooked headers, IPv4 and IPv6. Packets of one direction may stand out of order,
as they sometimes do in captures of the "any" interface.
"""

import re
import signal
import struct
import sys

OPS = {
    0: "notification", 1: "create", 2: "delete", 3: "exists", 4: "getData", 5: "setData", 6: "getACL",
    7: "setACL", 8: "getChildren", 9: "sync", 11: "ping", 12: "getChildren2", 13: "check", 14: "multi",
    15: "create2", 16: "reconfig", 17: "checkWatches", 18: "removeWatches", 100: "auth", 101: "setWatches",
    102: "sasl", 105: "setWatches2", 106: "addWatch", 107: "whoAmI", -10: "createSession", -11: "closeSession",
}


def packets(data):
    magic = data[:4]
    nano = magic == b"\x4d\x3c\xb2\xa1"
    assert nano or magic == b"\xd4\xc3\xb2\xa1", "not a little-endian pcap file"
    link = struct.unpack_from("<I", data, 20)[0]
    at = 24
    while at < len(data):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", data, at)
        packet = data[at + 16 : at + 16 + length]
        assert len(packet) == length, "the file ends inside a packet"
        at += 16 + length
        skip, kind = {1: (14, 12), 113: (16, 14), 276: (20, 0)}[link]
        ethertype = struct.unpack_from(">H", packet, kind)[0]
        packet = packet[skip:]
        if ethertype == 0x0800:
            total = struct.unpack_from(">H", packet, 2)[0]
            source, target = packet[12:16], packet[16:20]
            segment = packet[(packet[0] & 15) * 4 : total]
        elif ethertype == 0x86DD:
            total = struct.unpack_from(">H", packet, 4)[0]
            source, target = packet[8:24], packet[24:40]
            segment = packet[40 : 40 + total]
        else:
            continue
        yield seconds + fraction / (1e9 if nano else 1e6), source, target, segment


def hexed(data):
    return re.sub(r"^(00)+$", lambda m: f"00*{len(m[0]) // 2}", data.hex()) if data else "empty"


class Connection:
    def __init__(self, name):
        self.name = name
        self.buffers = [b"", b""]
        self.next = [None, None]
        self.early = [{}, {}]
        self.answered = False
        self.asked = False
        self.word = False
        self.ops = {}

    def take(self, side, data):
        """Yields what the frames that end in these bytes say; side 0 is the client."""
        self.buffers[side] += data
        while True:
            buffer = self.buffers[side]
            if side == 0 and not self.asked and re.match(rb"[a-z]{4}", buffer):
                self.word, self.asked = True, True
                self.buffers[0] = b""
                yield f"word {buffer!r}"
                return
            if self.word:
                self.buffers[side] = b""
                if buffer:
                    yield f"text {len(buffer)} bytes {buffer.splitlines()[0]!r}"
                return
            if len(buffer) < 4:
                return
            length = struct.unpack_from(">i", buffer)[0]
            if len(buffer) < 4 + length:
                return
            self.buffers[side] = buffer[4 + length :]
            yield (self.request if side == 0 else self.reply)(buffer[4 : 4 + length])

    def request(self, frame):
        if not self.asked:
            self.asked = True
            version, zxid, timeout, session, length = struct.unpack_from(">iqiqi", frame)
            password, rest = frame[28 : 28 + max(length, 0)], frame[28 + max(length, 0) :]
            return (f"ConnectRequest[{len(frame)}] protocol={version} zxid={zxid:#x} timeout={timeout} "
                    f"session={session:#x} passwd={hexed(password)} ro={rest.hex() or 'absent'}")
        xid, op = struct.unpack_from(">ii", frame)
        self.ops[xid] = OPS.get(op, op)
        return f"{OPS.get(op, op)}[{len(frame)}] xid={xid} {printable(frame[8:])}"

    def reply(self, frame):
        if not self.answered:
            self.answered = True
            if len(frame) > 16:
                version, timeout, session, length = struct.unpack_from(">iiqi", frame)
                password, rest = frame[20 : 20 + length], frame[20 + length :]
                return (f"ConnectResponse[{len(frame)}] protocol={version} timeout={timeout} "
                        f"session={session:#x} passwd={hexed(password)} ro={rest.hex() or 'absent'}")
        xid, zxid, code = struct.unpack_from(">iqi", frame)
        op = "notification" if xid == -1 else self.ops.get(xid, "?")
        return f"reply[{len(frame)}] {op} xid={xid} zxid={zxid:#x} err={code} {printable(frame[16:])}"


def printable(body):
    text = "".join(chr(b) if 32 <= b < 127 else "." for b in body)
    return re.sub(r"\.{2,}", "..", text)[:70]


def transcript(data, *ports):
    """The lines `+SECONDS cN > what`, where > comes from the client; SYN names the server's port if there are several."""
    lines, connections, count, begin = [], {}, 0, None
    for when, source, target, segment in packets(data):
        begin = when if begin is None else begin
        sport, dport, sequence = struct.unpack_from(">HHI", segment)
        flags, payload = segment[13], segment[(segment[12] >> 4) * 4 :]
        if sport not in ports and dport not in ports:
            continue
        side = 0 if dport in ports else 1
        key = (source, sport, dport) if side == 0 else (target, dport, sport)
        if side == 0 and flags & 0x12 == 0x02:
            count += 1
            connections[key] = Connection(f"c{count}")
        connection = connections.get(key)
        if connection is None:
            continue

        def line(what):
            lines.append(f"+{when - begin:.3f} {connection.name} {'<' if side else '>'} {what}")

        if flags & 0x02:
            connection.next[side] = (sequence + 1) & 0xFFFFFFFF
            if side == 0:
                line("SYN" if len(ports) == 1 else f"SYN to {dport}")
        elif payload:
            connection.early[side][sequence] = payload
            while connection.next[side] in connection.early[side]:
                payload = connection.early[side].pop(connection.next[side])
                connection.next[side] = (connection.next[side] + len(payload)) & 0xFFFFFFFF
                for what in connection.take(side, payload):
                    line(what)
        if flags & 0x01:
            line("FIN")
        if flags & 0x04:
            line("RST")
    return lines


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with open(sys.argv[1], "rb") as file:
        print("\n".join(transcript(file.read(), *map(int, sys.argv[2:]))))
