// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.util.Arrays;
import java.util.Collections;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Parameters and results: null, boolean, 64-bit integer, bytes, text, list, or map with text keys.
 * There are no floating-point numbers. Cannot be changed once made.
 */
public final class Value {
    /** What a value is. */
    public enum Kind { NULL, BOOLEAN, INTEGER, BYTES, TEXT, LIST, MAP }

    /** The null value. */
    public static final Value NULL = new Value(Kind.NULL, null);

    private final Kind kind;
    private final Object content;

    private Value(Kind kind, Object content) {
        this.kind = kind;
        this.content = content;
    }

    public static Value of(boolean value) {
        return new Value(Kind.BOOLEAN, value);
    }

    public static Value of(long value) {
        return new Value(Kind.INTEGER, value);
    }

    public static Value of(String value) {
        return new Value(Kind.TEXT, Objects.requireNonNull(value));
    }

    public static Value of(byte[] value) {
        return new Value(Kind.BYTES, value.clone());
    }

    public static Value of(List<Value> items) {
        return new Value(Kind.LIST, Collections.unmodifiableList(new ArrayList<>(items)));
    }

    public static Value of(Map<String, Value> entries) {
        return new Value(Kind.MAP, Collections.unmodifiableMap(new LinkedHashMap<>(entries)));
    }

    public static Value list(Value... items) {
        return of(Arrays.asList(items));
    }

    /**
     * A map from names and values in turn. A value is a String, Long, Integer, Boolean, byte[],
     * List of Value, or Value; null leaves the entry out.
     */
    public static Value map(Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a name without a value");
        }
        Map<String, Value> entries = new LinkedHashMap<>();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            if (namesAndValues[at + 1] == null) continue;
            entries.put((String) namesAndValues[at], from(namesAndValues[at + 1]));
        }
        return of(entries);
    }

    private static Value from(Object value) {
        if (value instanceof Value) return (Value) value;
        if (value instanceof String) return of((String) value);
        if (value instanceof Boolean) return of((boolean) (Boolean) value);
        if (value instanceof Long || value instanceof Integer) {
            return of(((Number) value).longValue());
        }
        if (value instanceof byte[]) return of((byte[]) value);
        if (value instanceof List) {
            List<Value> items = new ArrayList<>();
            for (Object item : (List<?>) value) items.add(from(item));
            return of(items);
        }
        throw new IllegalArgumentException("no value: " + value.getClass());
    }

    public Kind kind() {
        return kind;
    }

    public boolean isNull() {
        return kind == Kind.NULL;
    }

    /** The entry of a map; NULL when absent or when this is no map. */
    public Value get(String name) {
        Value found = map().get(name);
        return found == null ? NULL : found;
    }

    /** The text, or "" for any other kind. */
    public String text() {
        return kind == Kind.TEXT ? (String) content : "";
    }

    /** The integer, or 0 for any other kind. */
    public long integer() {
        return kind == Kind.INTEGER ? (Long) content : 0;
    }

    /** The boolean, or false for any other kind. */
    public boolean bool() {
        return kind == Kind.BOOLEAN && (Boolean) content;
    }

    /** A copy of the bytes, or none for any other kind. */
    public byte[] bytes() {
        return kind == Kind.BYTES ? ((byte[]) content).clone() : new byte[0];
    }

    /** The items of a list; none for any other kind. */
    @SuppressWarnings("unchecked")
    public List<Value> items() {
        return kind == Kind.LIST ? (List<Value>) content : Collections.<Value>emptyList();
    }

    /** The entries of a map; none for any other kind. */
    @SuppressWarnings("unchecked")
    public Map<String, Value> map() {
        return kind == Kind.MAP ? (Map<String, Value>) content
                : Collections.<String, Value>emptyMap();
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Value) || ((Value) other).kind != kind) return false;
        Object theirs = ((Value) other).content;
        if (kind == Kind.BYTES) return Arrays.equals((byte[]) content, (byte[]) theirs);
        return Objects.equals(content, theirs);
    }

    @Override
    public int hashCode() {
        return kind == Kind.BYTES ? Arrays.hashCode((byte[]) content) : Objects.hashCode(content);
    }

    /** The kind alone: what people wrote does not belong in a log. */
    @Override
    public String toString() {
        return "Value(" + kind + ")";
    }
}
