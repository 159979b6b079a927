#!/usr/bin/env python3
"""Reads TensorBoard's event files as JSON: {tag: [[step, value], ...]}.

By TensorBoard's own reader where it is installed; else by the documented formats (record_writer.h, event.proto,
summary.proto), checksums included, sharing nothing with the writer. `own` as second argument forces the latter.

usage: read_events.py FOLDER [own]
"""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def check(data, stored):
    crc = crc32c(data)
    if ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF != stored:
        sys.exit("a checksum is wrong")


def records(data):
    at = 0
    while at < len(data):
        length, length_crc = struct.unpack_from("<QI", data, at)
        check(data[at:at + 8], length_crc)
        body = data[at + 12:at + 12 + length]
        check(body, struct.unpack_from("<I", data, at + 12 + length)[0])
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size, code = {1: (8, "<d"), 5: (4, "<f")}[wire]
            (value,), at = struct.unpack_from(code, data, at), at + size
        yield key >> 3, value


def own_reader(folder):
    scalars = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        events = [dict(fields(body)) for body in records(path.read_bytes())]
        if events[0].get(3) != b"brain.Event:2":
            sys.exit("no file version")
        times = [event[1] for event in events]
        if times != sorted(times):
            sys.exit("wall times go back")
        for event in events[1:]:
            for number, value in fields(event[5]):
                if number != 1:
                    sys.exit("not a summary")
                value = dict(fields(value))
                scalars.setdefault(value[1].decode(), []).append([event[2], value[2]])
    return scalars


def tensorboard_reader(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def main():
    folder = pathlib.Path(sys.argv[1])
    if len(sys.argv) < 3:
        try:
            print(json.dumps(tensorboard_reader(folder)))
            return
        except ImportError:
            pass
    print(json.dumps(own_reader(folder)))


main()
