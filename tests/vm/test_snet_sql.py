# SPDX-License-Identifier: GPL-2.0-or-later
"""snet-sql as installed: its unit, its user, an SQLite file, and a PostgreSQL that is started here."""

import glob
import os
import pwd
import socket
import sqlite3
import subprocess
import time

import tap
from snetbus import set_mode

CONFIG = "/etc/snet/snet-sql.conf"
EVENTS = "/var/lib/snet-sql/events.db"
SOCKETS = "/run/snet-test-postgresql"
DATA = "/var/tmp/snet-test-postgresql"
MADE = 5


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, **options)


def status():
    done = subprocess.run(["/usr/libexec/snet-sql", "--status"], capture_output=True, text=True,
                          timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def wait_until(holds, seconds, what):
    """Asks until it holds; what is asked is another program, which tells nobody."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"no {what} within {seconds} s: {status()}"
        time.sleep(0.2)


def show(what):
    return run("systemctl", "show", "--value", "-p", what, "snet-sql").stdout.strip()


def make_events():
    """Returns the port, which tells them from others."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for _ in range(MADE):
            socket.create_connection(("127.0.0.1", port)).close()
    return port


def test_sqlite():
    """Without a configuration it writes into an SQLite file"""
    run("systemctl", "start", "snet-sql")
    assert show("User") == "snet-sql" and show("ActiveState") == "active"
    port = make_events()

    def rows():
        database = sqlite3.connect(EVENTS)
        with database:
            return database.execute(
                "SELECT count(*) = ? AND count(DISTINCT serial) = ? AND min(program) LIKE '%python%'"
                " FROM events WHERE operation = 'connect' AND remote_port = ?",
                (MADE, MADE, port)).fetchone()[0]
    wait_until(rows, 20, "the events in the file")
    assert status()[0] == 0, status()
    assert (os.stat(EVENTS).st_mode & 0o777, os.stat(EVENTS).st_uid) == (
        0o600, pwd.getpwnam("snet-sql").pw_uid)


def test_who():
    """Who is not in the group may not read, and the service may"""
    words = ("busctl", "call", "org.snet", "/org/snet", "org.snet.Events", "Read", "tu", "0", "1")
    assert "serial" in run("runuser", "-u", "snet-sql", "--", *words).stdout
    refused = subprocess.run(["runuser", "-u", "nobody", "--", *words], capture_output=True,
                             text=True, timeout=60, check=False)
    assert refused.returncode != 0 and "enied" in refused.stderr, refused


def start_server():
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not folders:
        raise tap.Skip("no PostgreSQL server is installed")
    owner = pwd.getpwnam("postgres")
    for folder in (SOCKETS, DATA):
        os.mkdir(folder, 0o755)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    as_owner = ("runuser", "-u", "postgres", "--")
    run(*as_owner, f"{folders[-1]}/initdb", "-D", f"{DATA}/data", "-A", "peer", "-E", "UTF8",
        "--locale=C", "-N", cwd=DATA)
    run(*as_owner, f"{folders[-1]}/pg_ctl", "-D", f"{DATA}/data", "-w", "-l", f"{DATA}/log", "-o",
        f"-k {SOCKETS} -h ''", "start", cwd=DATA)
    query("postgres", 'CREATE ROLE "snet-sql" LOGIN')
    query("postgres", 'CREATE DATABASE snet OWNER "snet-sql"')
    return folders[-1]


def query(database, sql):
    return run("runuser", "-u", "postgres", "--", "psql", "-At", "-h", SOCKETS, "-c", sql, database,
               cwd="/").stdout.strip()


def test_postgresql():
    """With a server events wait until it is there, and are in it then"""
    with open(CONFIG, "w", encoding="utf-8") as config:
        config.write(f"[Destination]\nType=postgresql\nHostName=machine\n[PostgreSQL]\n"
                     f"Connection=host={SOCKETS} dbname=snet\nCreateSchema=yes\n")
    run("/usr/libexec/snet-sql", "--check")
    run("systemctl", "restart", "snet-sql")
    port = make_events()
    wait_until(lambda: status()[0] == 1 and "cannot" not in status()[1] and "0 events in" not in
               status()[1], 20, "events that wait")
    programs = start_server()

    def rows():
        there = query("snet", "SELECT to_regclass('snet.lag') IS NOT NULL")
        return there == "t" and query(
            "snet", "SELECT host_name, count(*), count(DISTINCT serial) FROM snet.log WHERE"
            f" operation = 'connect' AND remote_port = {port} GROUP BY 1") == (
                f"machine|{MADE}|{MADE}")
    # It looks again after a moment, then less and less often.
    wait_until(rows, 90, "the events in the server")
    wait_until(lambda: status()[0] == 0, 20, "a good state")
    run("systemctl", "stop", "snet-sql")
    run("runuser", "-u", "postgres", "--", f"{programs}/pg_ctl", "-D", f"{DATA}/data", "-m", "fast",
        "stop", cwd=DATA)


if __name__ == "__main__":
    # Whatever was tested before: nothing waits for an answer here.
    set_mode("monitor")
    tap.run([test_sqlite, test_who, test_postgresql])
