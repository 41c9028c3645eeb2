// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/** The codec against the examples of RFC 8949, against the native encoder, and against damage. */
final class CborTest {
    private CborTest() {}

    public static void main(String[] arguments) {
        Checks checks = new Checks();
        checks.test("the examples of the RFC encode as it says", CborTest::examples);
        checks.test("what another encoder might write is refused", CborTest::foreign);
        checks.test("the native encoder writes the same bytes", CborTest::sameAsNative);
        checks.test("every truncation is refused", CborTest::truncations);
        checks.test("every flipped bit is refused or another value", CborTest::flips);
        checks.test("random values come back equal", CborTest::roundTrips);
        checks.test("half a character is refused, never replaced", CborTest::halfCharacters);
        checks.test("a value does not print what it holds", CborTest::silent);
        System.exit(checks.end());
    }

    private static void encodes(String hex, Value value) {
        Checks.same(hex, HexFormat.of().formatHex(Cbor.encode(value)));
        Checks.same(value, Cbor.decode(HexFormat.of().parseHex(hex)));
    }

    private static void examples() {
        encodes("00", Value.of(0));
        encodes("17", Value.of(23));
        encodes("1818", Value.of(24));
        encodes("1903e8", Value.of(1000));
        encodes("1a000f4240", Value.of(1000000));
        encodes("1b000000e8d4a51000", Value.of(1000000000000L));
        encodes("1b7fffffffffffffff", Value.of(Long.MAX_VALUE));
        encodes("3b7fffffffffffffff", Value.of(Long.MIN_VALUE));
        encodes("20", Value.of(-1));
        encodes("3903e7", Value.of(-1000));
        encodes("f4", Value.of(false));
        encodes("f5", Value.of(true));
        encodes("f6", Value.NULL);
        encodes("4401020304", Value.of(new byte[] {1, 2, 3, 4}));
        encodes("60", Value.of(""));
        encodes("62c3bc", Value.of("\u00fc"));
        encodes("64f0908591", Value.of("\ud800\udd51"));
        encodes("83010203", Value.list(Value.of(1), Value.of(2), Value.of(3)));
        encodes("a26161016162820203",
                Value.map("b", Value.list(Value.of(2), Value.of(3)), "a", 1));
        encodes("a2617a01626161f6", Value.map("aa", Value.NULL, "z", 1));
    }

    private static void refuses(String hex) throws Exception {
        Checks.illegal(() -> Cbor.decode(HexFormat.of().parseHex(hex)));
    }

    private static void foreign() throws Exception {
        refuses("");
        refuses("1817");  // longer than it need be
        refuses("190018");
        refuses("1b00000000ffffffff");
        refuses("1bffffffffffffffff");  // beyond 64 bits
        refuses("3bffffffffffffffff");
        refuses("5f42010243030405ff");  // indefinite
        refuses("9fff");
        refuses("f97e00");  // floating point
        refuses("fb3ff0000000000000");
        refuses("f7");
        refuses("c074323031332d30332d32315432303a30343a30305a");  // a tag
        refuses("a26162016161f6");  // unsorted
        refuses("a26161016161f6");  // doubled
        refuses("a10101");  // a key that is no text
        refuses("61ff");  // no UTF-8
        refuses("63eda080");  // half a surrogate pair in UTF-8
        refuses("0000");
        refuses("9b7fffffffffffffff");
        refuses("5a7fffffff");
        refuses("81".repeat(40) + "00");
    }

    private static byte[] nativeBytes() throws FeltbogException {
        return Native.workspaceDescribe();
    }

    private static void sameAsNative() throws FeltbogException {
        byte[] bytes = nativeBytes();
        Checks.that(bytes.length > 1000, "the command table is there");
        Checks.that(Arrays.equals(bytes, Cbor.encode(Cbor.decode(bytes))), "the same bytes");
    }

    private static byte[] sample() {
        return Cbor.encode(Value.map("text", "Ærø \ud83d\ude42", "number", -70000,
                "bytes", new byte[40], "list", Value.list(Value.of(true), Value.NULL),
                "map", Value.map("a", 1, "bb", "2")));
    }

    private static void truncations() throws Exception {
        byte[] whole = sample();
        for (int size = 0; size < whole.length; ++size) {
            byte[] part = Arrays.copyOf(whole, size);
            Checks.illegal(() -> Cbor.decode(part));
        }
    }

    private static void flips() {
        byte[] whole = sample();
        for (int bit = 0; bit < whole.length * 8; ++bit) {
            byte[] changed = whole.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                Checks.that(Arrays.equals(changed, Cbor.encode(Cbor.decode(changed))),
                        "one encoding per value, bit " + bit);
            } catch (IllegalArgumentException e) {
                // Refused.
            }
        }
    }

    private static Value randomValue(Random random, int depth) {
        switch (random.nextInt(depth > 3 ? 5 : 7)) {
            case 0: return Value.NULL;
            case 1: return Value.of(random.nextBoolean());
            case 2: return Value.of(random.nextLong() >> random.nextInt(64));
            case 3: {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                return Value.of(bytes);
            }
            case 4: return Value.of(randomText(random));
            case 5: return Value.list(randomValue(random, depth + 1));
            default: return Value.map(randomText(random), randomValue(random, depth + 1),
                    randomText(random), randomValue(random, depth + 1));
        }
    }

    private static String randomText(Random random) {
        StringBuilder out = new StringBuilder();
        for (int count = random.nextInt(20); count > 0; --count) {
            int point = random.nextInt(Character.MAX_CODE_POINT + 1);
            if (point < 0xd800 || point > 0xdfff) out.appendCodePoint(point);
        }
        return out.toString();
    }

    private static void roundTrips() {
        for (long seed = 0; seed < 2000; ++seed) {
            Value value = randomValue(new Random(seed), 0);
            byte[] bytes = Cbor.encode(value);
            Checks.that(value.equals(Cbor.decode(bytes)), "seed " + seed);
            Checks.that(Arrays.equals(bytes, Cbor.encode(Cbor.decode(bytes))), "seed " + seed);
        }
    }

    private static void halfCharacters() throws Exception {
        Checks.illegal(() -> Cbor.encode(Value.of("\ud83d")));
        Checks.illegal(() -> Cbor.encode(Value.map("\ude42", 1)));
    }

    private static void silent() {
        Checks.same("Value(TEXT)", Value.of("et navn").toString());
    }
}
