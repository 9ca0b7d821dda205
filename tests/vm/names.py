# SPDX-License-Identifier: GPL-2.0-or-later
"""systemd-resolved in the machine, with a name server of its own behind it."""

import os
import shutil
import socket
import struct
import subprocess
import threading

# Of no machine: documentation's. In a network of two ends that both are here, as resolved asks
# nobody while there is none.
ADDRESS = "192.0.2.80"
LINK = "names"
SERVER_PORT = 5354
RESOLVED = "/usr/lib/systemd/systemd-resolved"
CONF = "/etc/systemd/resolved.conf.d/snet-test.conf"
RESOLV_CONF = "/etc/resolv.conf"

TYPE_A, TYPE_CNAME, CLASS_IN = 1, 5, 1


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def record(owner, kind, data):
    return owner + struct.pack(">HHIH", kind, CLASS_IN, 300, len(data)) + data


def answer(packet):
    """Each name below snet.test is an alias of one that has the address."""
    end = packet.index(b"\0", 12) + 1
    question = packet[12:end + 4]
    kind = struct.unpack(">H", packet[end:end + 2])[0]
    target = wire("host.snet-hosting.test")
    records = []
    if kind == TYPE_A and packet[:end].lower().endswith(wire("snet.test")):
        records = [record(packet[12:end], TYPE_CNAME, target),
                   record(target, TYPE_A, socket.inet_aton(ADDRESS))]
    head = packet[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, len(records), 0, 0)
    return head + question + b"".join(records)


def serve(server):
    while True:
        packet, peer = server.recvfrom(4096)
        server.sendto(answer(packet), peer)


class Resolved:
    """Installed from where it was unpacked, and running, until the end of the block."""

    def __init__(self, unpacked):
        self.unpacked = unpacked
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.before = None

    def install(self):
        for folder, place in (("usr", "/usr"), ("lib", "/usr/lib"), ("etc", "/etc")):
            subprocess.run(["cp", "-a", f"{self.unpacked}/{folder}/.", place], check=True)
        os.makedirs(os.path.dirname(CONF), exist_ok=True)
        with open(CONF, "w", encoding="ascii") as conf:
            conf.write(f"[Resolve]\nDNS=127.0.0.1:{SERVER_PORT}\nLLMNR=no\nMulticastDNS=no\n")
        subprocess.run(["systemd-sysusers"], check=True)
        subprocess.run(["systemctl", "daemon-reload"], check=True)

    def __enter__(self):
        self.install()
        subprocess.run(["ip", "link", "add", LINK, "type", "veth", "peer", "name", "peer"], check=True)
        subprocess.run(["ip", "address", "add", f"{ADDRESS}/24", "dev", LINK], check=True)
        for link in (LINK, "peer"):
            subprocess.run(["ip", "link", "set", link, "up"], check=True)
        self.server.bind(("127.0.0.1", SERVER_PORT))
        threading.Thread(target=serve, args=(self.server,), daemon=True).start()
        if os.path.exists(RESOLV_CONF):
            self.before = RESOLV_CONF + ".before"
            shutil.copy(RESOLV_CONF, self.before)
            os.unlink(RESOLV_CONF)
        with open(RESOLV_CONF, "w", encoding="ascii") as conf:
            conf.write("nameserver 127.0.0.53\n")
        subprocess.run(["systemctl", "start", "systemd-resolved.service"], check=True)
        return self

    def __exit__(self, *unused):
        subprocess.run(["systemctl", "stop", "systemd-resolved.service"], check=True)
        subprocess.run(["ip", "link", "delete", LINK], check=True)
        os.unlink(CONF)
        os.unlink(RESOLV_CONF)
        if self.before:
            os.rename(self.before, RESOLV_CONF)
