#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# An independent reader of the store: reader.py FOLDER opens FOLDER/notes.db with its log and prints
# the notes. Written from docs/store-format.md and RFC 8439 alone; needs Python's own library only.
import hashlib, hmac, os, sqlite3, struct, sys, tempfile

PAGE, CONTENT, HEADER, FRAME = 4096, 4048, 4096, 4120


def blake2b(domain, key=b"", data=b"", size=32):
    return hashlib.blake2b(data, digest_size=size, key=key, person=domain.encode()).digest()


def derive(domain, key, context=b""):
    return blake2b(domain, key, context)


def rounds(state):
    x = list(state)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for to, add, turned, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[to] = (x[to] + x[add]) & 0xFFFFFFFF
                x[turned] ^= x[to]
                x[turned] = (x[turned] << by | x[turned] >> 32 - by) & 0xFFFFFFFF
    return x


CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")


def keystream(key, nonce, counter, size):
    out = b""
    while len(out) < size:
        state = CONSTANTS + struct.unpack("<8I", key) + (counter,) + struct.unpack("<3I", nonce)
        mixed = rounds(state)
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(mixed, state)))
        counter += 1
    return out[:size]


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(data), 16):
        block = int.from_bytes(data[i:i + 16] + b"\1", "little")
        total = (total + block) * r % ((1 << 130) - 5)
    return (total + int.from_bytes(key[16:], "little") & (1 << 128) - 1).to_bytes(16, "little")


def xchacha_open(key, nonce, tag, additional, sealed):
    x = rounds(CONSTANTS + struct.unpack("<8I", key) + struct.unpack("<4I", nonce[:16]))
    subkey = struct.pack("<8I", *x[:4], *x[12:])
    nonce = bytes(4) + nonce[16:]
    pad = lambda data: data + bytes(-len(data) % 16)
    lengths = struct.pack("<QQ", len(additional), len(sealed))
    expected = poly1305(keystream(subkey, nonce, 0, 32), pad(additional) + pad(sealed) + lengths)
    if not hmac.compare_digest(expected, tag):
        return None
    return bytes(a ^ b for a, b in zip(sealed, keystream(subkey, nonce, 1, len(sealed))))


def base32(code):
    number = 0
    symbols = code.replace(" ", "").replace("-", "").upper()
    for symbol in symbols:
        number = number << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(symbol)
    assert len(symbols) == 26 and number & 3 == 0, "recovery code"
    return (number >> 2).to_bytes(16, "big")


def read_slots(data):
    """One copy of the slot file, or None where it is damaged."""
    count = struct.unpack("<H", data[10:12])[0]
    end = 72 + 136 * count
    if data[:10] != b"feltkey\x1a\1\0" or blake2b("store.slots.v1", data=data[:end]) != data[end:]:
        return None
    return data


def master_key(copies, code):
    data = max(filter(None, map(read_slots, copies)), key=lambda d: struct.unpack("<Q", d[16:24]))
    file_id, check = data[24:40], data[40:72]
    for at in range(72, len(data) - 32, 136):
        slot = data[at:at + 136]
        if slot[16] != 3:
            continue
        key = blake2b("store.recover.v1", data=slot[32:48] + base32(code))
        master = xchacha_open(key, slot[64:88], slot[120:], file_id + slot[:88], slot[88:120])
        if master and blake2b("store.master.v1", derive("store.master.v1", master), file_id) == check:
            return master
    sys.exit("no slot opens with this code")


def read_header(block, master):
    for copy in (block[:2048], block[2048:]):
        if copy[:8] == b"feltbog\x1a" and blake2b("store.header.v1", data=copy[:2016]) == copy[2016:]:
            assert copy[8:13] == b"\1\0\1\x0c\x30", "another format"
            check = blake2b("store.check.v1", derive("store.check.v1", master), copy[:64])
            assert check == copy[64:96], "wrong key"
            return copy[16:32], copy[32:36]
    sys.exit("damaged header")


def open_sealed(key, database, page, sealed, role, generation, place):
    """`sealed` lies before the trailer at the end of `page`."""
    tail = page[-8:]
    if tail != generation + bytes([1, 1, role, 0]):
        return None
    return xchacha_open(key, page[-48:-24], page[-24:-8], database + tail + place, sealed)


def checksum(order, data, first, second):
    words = struct.unpack("%s%dI" % (order, len(data) // 4), data)
    for i in range(0, len(words), 2):
        first = first + words[i] + second & 0xFFFFFFFF
        second = second + words[i + 1] + first & 0xFFFFFFFF
    return first, second


def apply_log(log, pages, key, database, generation):
    """Puts the pages of every whole transaction into `pages`; gives the size in pages, or None."""
    if log[:10] != b"feltlog\x1a\1\0":
        return None
    assert log[16:32] == database, "the log of another database"
    header, size, waiting = log[32:64], None, {}
    order = ">" if header[3] & 1 else "<"
    running = checksum(order, header[:24], 0, 0)
    if running != struct.unpack(">II", header[24:]):
        return None
    for index in range((len(log) - 64) // FRAME):
        frame = log[64 + index * FRAME:][:FRAME]
        clear = frame[:16]
        place = clear + struct.pack("<Q", index)
        opened = open_sealed(key, database, frame, frame[16:-48], 2, generation, place)
        if opened is None or clear[8:] != header[16:24]:
            break
        page = opened[8:] + bytes(48)
        running = checksum(order, page, *checksum(order, clear[:8], *running))
        if running != struct.unpack(">II", opened[:8]):
            break
        number, commit_size = struct.unpack(">II", clear[:8])
        waiting[number] = page
        if commit_size:
            pages.update(waiting)
            size, waiting = commit_size, {}
    return size


def read_database(main, log, master):
    """The bytes of the ordinary SQLite database that is sealed in the two files."""
    database, generation = read_header(main[:HEADER], master)
    context = database + generation
    pages = {}
    count = (len(main) - HEADER) // PAGE
    size = apply_log(log, pages, derive("store.log.v1", master, context), database, generation)
    size = size or count
    key = derive("store.page.v1", master, context)
    for number in range(1, size + 1):
        if number not in pages and number != 262145:
            page = main[HEADER + (number - 1) * PAGE:][:PAGE]
            place = struct.pack("<I", number)
            opened = open_sealed(key, database, page, page[:CONTENT], 1, generation, place)
            assert opened is not None, "page %d does not open" % number
            pages[number] = opened + bytes(48)
    plain = bytearray(b"".join(pages.get(number, bytes(PAGE)) for number in range(1, size + 1)))
    plain[18:20] = b"\1\1"  # there is no log any more
    return bytes(plain)


def main(folder):
    def content(name):
        path = os.path.join(folder, name)
        return open(path, "rb").read() if os.path.exists(path) else b""

    code = content("recovery-code.txt").decode().split("\n")[1]
    master = master_key([content("keys.a"), content("keys.b")], code)
    with tempfile.NamedTemporaryFile() as file:
        file.write(read_database(content("notes.db"), content("notes.db-wal"), master))
        file.flush()
        connection = sqlite3.connect(file.name)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        sys.stdout.reconfigure(encoding="utf-8")
        for row in connection.execute("SELECT id, day, body FROM notes ORDER BY id"):
            print("%d %d %s" % row)


if __name__ == "__main__":
    main(sys.argv[1])
