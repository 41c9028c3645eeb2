// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.nio.charset.StandardCharsets;

/** What went wrong: a number of {@link ErrorNumber}, its stable name, and a detail for logs. */
public final class FeltbogException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int number;
    private final String name;
    private final String detail;

    FeltbogException(int number, String name, String detail) {
        super(name + " (" + number + ")" + (detail.isEmpty() ? "" : ": " + detail));
        this.number = number;
        this.name = name;
        this.detail = detail;
    }

    /** Called from native code. */
    FeltbogException(int number, byte[] name, byte[] detail) {
        this(number, new String(name, StandardCharsets.UTF_8),
                new String(detail, StandardCharsets.UTF_8));
    }

    /** For a {@link HardwareKey} that no longer has its key. */
    public static FeltbogException missingKey() {
        return new FeltbogException(ErrorNumber.MISSING_KEY, "missing_key", "");
    }

    /** One of {@link ErrorNumber}, or a newer one. */
    public int number() {
        return number;
    }

    /** The stable name, "wrong_passphrase". */
    public String name() {
        return name;
    }

    /** Ids, sizes, field names; never a person's words, names or keys. May be empty. */
    public String detail() {
        return detail;
    }
}
