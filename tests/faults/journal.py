"""The changes that a program made below a folder, and the states in which a power cut may have left them.

A file's bytes are on the disk once the file was flushed; its name once its folder was, or, in files that are new, the file
itself (as ext4, XFS and Btrfs do it). What came later may be there or not. Two states of each moment are built: `lost` has
nothing but what was flushed; `names` has in addition all names, created, renamed and removed, so that files that were not flushed
are empty or have their old bytes.
"""
# SPDX-License-Identifier: Apache-2.0
import copy


class File:
    """Bytes as the program sees them, and as the disk has them."""

    def __init__(self):
        self.seen, self.flushed = bytearray(), b""


class Disk:
    """Names and files; `names` as the program sees them, `kept` as the disk has them. None: a folder."""

    def __init__(self, root):
        self.names, self.kept, self.numbers = {}, {}, {}
        for path in sorted(root.rglob("*")):
            name = str(path.relative_to(root))
            if path.is_dir():
                self.names[name] = None
                continue
            file = File()
            file.seen[:] = path.read_bytes()
            file.flushed = bytes(file.seen)
            self.names[name] = file
            self.numbers[path.stat().st_ino] = file
        self.kept = dict(self.names)

    def apply(self, words, payload):
        kind = words[0]
        if kind == "open":
            self.open(int(words[1]), words[2] == "1", words[3] == "1", words[4])
        elif kind == "write" and int(words[1]) in self.numbers:
            seen, offset = self.numbers[int(words[1])].seen, int(words[2])
            seen.extend(bytes(max(0, offset + len(payload) - len(seen))))
            seen[offset:offset + len(payload)] = payload
        elif kind == "cut" and int(words[1]) in self.numbers:
            seen = self.numbers[int(words[1])].seen
            seen.extend(bytes(max(0, int(words[2]) - len(seen))))
            del seen[int(words[2]):]
        elif kind == "sync":
            self.sync(int(words[1]), words[2] == "1", words[3])
        elif kind == "rename":
            first, second = payload[:int(words[1])].decode(), payload[int(words[1]):].decode()
            self.names[second] = self.names.pop(first)
        elif kind == "unlink":
            self.names.pop(payload.decode(), None)
        elif kind == "mkdir":
            self.names[payload.decode()] = None
            self.kept[payload.decode()] = None

    def open(self, number, is_new, is_cut, name):
        if is_new or number not in self.numbers:
            self.numbers[number] = self.names[name] = File()
        if is_cut:
            del self.numbers[number].seen[:]

    def sync(self, number, is_folder, name):
        if not is_folder:
            file = self.numbers.get(number)
            if file is None:
                return
            file.flushed = bytes(file.seen)
            if file not in self.kept.values():
                self.kept[name] = file
            return
        inside = [path for path in set(self.names) | set(self.kept) if path.rpartition("/")[0] == name.rstrip("/")]
        for path in inside:
            if path in self.names:
                self.kept[path] = self.names[path]
            else:
                self.kept.pop(path, None)

    def state(self, kind):
        """Path -> bytes, or None for a folder."""
        names = self.kept if kind == "lost" else self.names
        return {path: None if file is None else file.flushed for path, file in names.items()}


def records(path):
    """Words and bytes of each record of a journal."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        end = data.index(b"\n", at)
        line, at = data[at:end].decode(), end + 1
        # The last word of these is a path, which may hold blanks.
        words = line.split(" ", {"open": 4, "sync": 3}.get(line.split(" ", 1)[0], -1))
        size = 0
        if words[0] == "write":
            size = int(words[3])
        elif words[0] in ("rename", "unlink", "mkdir"):
            size = int(words[1]) + int(words[2])
        yield words, data[at:at + size]
        at += size


def states(disk, journal):
    """The different states after each record, with its number."""
    last = {}
    for number, (words, payload) in enumerate(records(journal)):
        disk.apply(words, payload)
        for kind in ("lost", "names"):
            state = disk.state(kind)
            if state != last.get(kind):
                last[kind] = copy.copy(state)
                yield number, kind, last[kind]
