// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text crosses into native code as bytes of UTF-8, and nothing is replaced on the way. */
final class Utf8 {
    private Utf8() {}

    /** Throws IllegalArgumentException for half a surrogate pair. */
    static byte[] encode(CharSequence text) {
        return encode(CharBuffer.wrap(text));
    }

    /** The caller overwrites its characters, and the bytes, when they are a secret. */
    static byte[] encode(char[] text) {
        return encode(CharBuffer.wrap(text));
    }

    private static byte[] encode(CharBuffer text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(text);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            Arrays.fill(encoded.array(), (byte) 0);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("half a character");
        }
    }

    /** Throws IllegalArgumentException for what is no UTF-8. */
    static String decode(byte[] bytes, int offset, int count) {
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, offset, count))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text that is no UTF-8");
        }
    }

    static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }
}
