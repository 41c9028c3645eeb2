// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deterministic CBOR (RFC 8949, section 4.2) of {@link Value}: one encoding per value, and a
 * decoder that refuses every other.
 */
public final class Cbor {
    private static final int DEPTH_MAX = 32;
    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int TEXT = 3;
    private static final int LIST = 4;
    private static final int MAP = 5;
    private static final int SIMPLE = 7;
    private static final int FALSE = 20;
    private static final int TRUE = 21;
    private static final int NULL = 22;

    private Cbor() {}

    /** Throws IllegalArgumentException for text with half a surrogate pair. */
    public static byte[] encode(Value value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, value);
        return out.toByteArray();
    }

    /** Throws IllegalArgumentException for anything {@link #encode} would not have written. */
    public static Value decode(byte[] bytes) {
        Reader reader = new Reader(bytes);
        Value value = reader.value(0);
        if (reader.at != bytes.length) throw new IllegalArgumentException("more than one value");
        return value;
    }

    private static void write(ByteArrayOutputStream out, Value value) {
        switch (value.kind()) {
            case NULL: head(out, SIMPLE, NULL); break;
            case BOOLEAN: head(out, SIMPLE, value.bool() ? TRUE : FALSE); break;
            case INTEGER: writeInteger(out, value.integer()); break;
            case BYTES: writeBytes(out, BYTES, value.bytes()); break;
            case TEXT: writeBytes(out, TEXT, Utf8.encode(value.text())); break;
            case LIST:
                head(out, LIST, value.items().size());
                for (Value item : value.items()) write(out, item);
                break;
            case MAP: writeMap(out, value.map()); break;
            default: throw new IllegalArgumentException("kind");
        }
    }

    private static void writeInteger(ByteArrayOutputStream out, long number) {
        if (number >= 0) head(out, UNSIGNED, number);
        else head(out, NEGATIVE, ~number);
    }

    private static void writeBytes(ByteArrayOutputStream out, int major, byte[] bytes) {
        head(out, major, bytes.length);
        out.write(bytes, 0, bytes.length);
    }

    private static void writeMap(ByteArrayOutputStream out, Map<String, Value> entries) {
        List<byte[]> keys = new ArrayList<>();
        for (String key : entries.keySet()) keys.add(Utf8.encode(key));
        keys.sort(Cbor::compareKeys);
        head(out, MAP, keys.size());
        for (byte[] key : keys) {
            writeBytes(out, TEXT, key);
            write(out, entries.get(Utf8.decode(key)));
        }
    }

    /** By their encoded bytes: the shorter one first, then byte by byte. */
    private static int compareKeys(byte[] a, byte[] b) {
        if (a.length != b.length) return Integer.compare(a.length, b.length);
        for (int at = 0; at < a.length; ++at) {
            if (a[at] != b[at]) return Integer.compare(a[at] & 0xff, b[at] & 0xff);
        }
        return 0;
    }

    /** The argument counts as unsigned, in the shortest form. */
    private static void head(ByteArrayOutputStream out, int major, long argument) {
        int size = argument >= 0 && argument < 24 ? 0
                : (argument & ~0xffL) == 0 ? 1
                : (argument & ~0xffffL) == 0 ? 2
                : (argument & ~0xffffffffL) == 0 ? 4 : 8;
        int form =
            size == 0 ? (int) argument : size == 1 ? 24 : size == 2 ? 25 : size == 4 ? 26 : 27;
        out.write(major << 5 | form);
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
            out.write((int) (argument >>> shift) & 0xff);
        }
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at;
        private int major;
        private long argument;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        Value value(int depth) {
            if (depth > DEPTH_MAX) throw new IllegalArgumentException("nested too deep");
            head();
            switch (major) {
                case UNSIGNED: return Value.of(signed());
                case NEGATIVE: return Value.of(~signed());
                case BYTES: return Value.of(take());
                case TEXT: return Value.of(text());
                case LIST: return list(count(), depth);
                case MAP: return map(count(), depth);
                case SIMPLE: return simple();
                default: throw new IllegalArgumentException("a tag");
            }
        }

        private Value simple() {
            if (argument == NULL) return Value.NULL;
            if (argument == TRUE) return Value.of(true);
            if (argument == FALSE) return Value.of(false);
            throw new IllegalArgumentException("a simple value or a floating-point number");
        }

        private Value list(int count, int depth) {
            List<Value> items = new ArrayList<>();
            for (int number = 0; number < count; ++number) items.add(value(depth + 1));
            return Value.of(items);
        }

        private Value map(int count, int depth) {
            Map<String, Value> entries = new LinkedHashMap<>();
            byte[] previous = null;
            for (int number = 0; number < count; ++number) {
                head();
                if (major != TEXT) throw new IllegalArgumentException("a key that is no text");
                byte[] key = take();
                if (previous != null && compareKeys(previous, key) >= 0) {
                    throw new IllegalArgumentException("keys unsorted or doubled");
                }
                previous = key;
                entries.put(Utf8.decode(key), value(depth + 1));
            }
            return Value.of(entries);
        }

        private String text() {
            return Utf8.decode(take());
        }

        private byte[] take() {
            int count = count();
            at += count;
            return Arrays.copyOfRange(bytes, at - count, at);
        }

        /** A count of bytes or items, each of which takes at least one byte. */
        private int count() {
            if (argument < 0 || argument > bytes.length - at) {
                throw new IllegalArgumentException("ends too early");
            }
            return (int) argument;
        }

        private long signed() {
            if (argument < 0) throw new IllegalArgumentException("an integer beyond 64 bits");
            return argument;
        }

        private int next() {
            if (at >= bytes.length) throw new IllegalArgumentException("ends too early");
            return bytes[at++] & 0xff;
        }

        private void head() {
            int first = next();
            major = first >> 5;
            int form = first & 31;
            argument = form;
            if (form < 24) return;
            if (form > 27) throw new IllegalArgumentException("an indefinite length");
            if (major == SIMPLE) throw new IllegalArgumentException("a floating-point number");
            int size = 1 << (form - 24);
            argument = 0;
            for (int number = 0; number < size; ++number) argument = argument << 8 | next();
            boolean longer = size == 1 ? argument < 24 : argument >>> (4 * size) == 0;
            if (longer) throw new IllegalArgumentException("not the shortest form");
        }
    }
}
