#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program with a main loop that connects, and counts how often the loop came round meanwhile.

    responsive.py glib|asyncio|curl PORT

It prints that number, and the errno of the connection (0 for none).
"""

import asyncio
import errno
import sys
import time

TICK = 0.01  # seconds


def error_of(exception):
    return exception.errno or -1


async def tick_asyncio(counter):
    while True:
        await asyncio.sleep(TICK)
        counter.append(1)


async def connect_asyncio(port):
    ticks = []
    ticker = asyncio.create_task(tick_asyncio(ticks))
    error = 0
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
    except OSError as exception:
        error = error_of(exception)
    ticker.cancel()
    return len(ticks), error


def run_asyncio(port):
    return asyncio.run(connect_asyncio(port))


def run_glib(port):
    from gi.repository import Gio, GLib

    loop = GLib.MainLoop()
    ticks = []
    errors = []

    def on_tick():
        ticks.append(1)
        return GLib.SOURCE_CONTINUE

    def on_connected(client, result):
        try:
            client.connect_to_host_finish(result)
            errors.append(0)
        except GLib.Error as error:
            denied = error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED)
            errors.append(errno.EACCES if denied else -1)
        loop.quit()

    GLib.timeout_add(int(TICK * 1000), on_tick)
    Gio.SocketClient().connect_to_host_async("127.0.0.1", port, None, on_connected)
    loop.run()
    return len(ticks), errors[0]


def run_curl(port):
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, f"http://127.0.0.1:{port}/")
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.WRITEFUNCTION, len)
    multi = pycurl.CurlMulti()
    multi.add_handle(curl)
    ticks = 0
    due = time.monotonic() + TICK
    while multi.perform()[1]:
        multi.select(TICK)
        if time.monotonic() >= due:
            due += TICK
            ticks += 1
    _, _, failed = multi.info_read()
    return ticks, curl.getinfo(pycurl.OS_ERRNO) if failed else 0


def main():
    run = {"asyncio": run_asyncio, "curl": run_curl, "glib": run_glib}[sys.argv[1]]
    ticks, error = run(int(sys.argv[2]))
    print(ticks, error)


if __name__ == "__main__":
    main()
