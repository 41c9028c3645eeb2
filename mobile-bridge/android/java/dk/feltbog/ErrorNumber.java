// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** The numbers of {@link FeltbogException}. A newer library may use numbers not in this list. */
public final class ErrorNumber {
    private ErrorNumber() {}

    public static final int INVALID_ARGUMENT = 1;
    public static final int UNKNOWN_COMMAND = 2;
    public static final int NOT_FOUND = 3;
    public static final int AMBIGUOUS = 4;
    public static final int ALREADY_EXISTS = 5;
    public static final int NOT_PERMITTED = 6;
    public static final int WRONG_STATE = 7;
    public static final int CLOSED_HANDLE = 8;
    public static final int CANCELLED = 9;
    public static final int IMMUTABLE = 10;
    public static final int FORGOTTEN = 11;
    public static final int ERASED = 12;
    public static final int WRONG_PASSPHRASE = 30;
    public static final int LOCKED = 31;
    public static final int TOO_MANY_TRIES = 32;
    public static final int BUSY = 33;
    public static final int WEAK_PASSPHRASE = 34;
    public static final int LEASE_LAPSED = 35;
    public static final int WRONG_CODE = 36;
    public static final int IO_ERROR = 50;
    public static final int DISK_FULL = 51;
    public static final int CORRUPT = 52;
    public static final int UNSUPPORTED_VERSION = 53;
    public static final int OUT_OF_MEMORY = 54;
    public static final int MALFORMED = 70;
    public static final int TRUNCATED = 71;
    public static final int LIMIT_EXCEEDED = 72;
    public static final int BAD_SIGNATURE = 73;
    public static final int DECRYPTION_FAILED = 74;
    public static final int MISSING_KEY = 75;
    public static final int BROKEN_CHAIN = 76;
    public static final int NOT_AUTHORISED = 77;
    public static final int UNKNOWN_KIND = 78;
    public static final int FORK_DETECTED = 79;
    public static final int MISSING_DEPENDENCY = 80;
    public static final int UNREACHABLE = 100;
    public static final int WRONG_SERVER = 101;
    public static final int INVITE_EXPIRED = 102;
    public static final int INVITE_USED = 103;
    public static final int INVITE_UNKNOWN = 104;
    public static final int AUTHENTICATION_FAILED = 105;
    public static final int PROTOCOL_ERROR = 106;
    public static final int CONFLICT = 107;
    public static final int QUOTA_EXCEEDED = 108;
    public static final int TIMED_OUT = 109;
    public static final int REVOKED = 110;
    public static final int INTERNAL = 250;
}
