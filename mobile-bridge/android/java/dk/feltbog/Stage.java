// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** How far the device has come. */
public enum Stage {
    /** No organisation yet: found one or accept an invite. */
    EMPTY,
    /** An organisation made here, which the server has not taken: sync. */
    FOUNDING,
    /** An invite is accepted and not used yet: sync. */
    ENROLLING,
    MEMBER,
    REVOKED,
    /** Something a newer library knows. */
    UNKNOWN;

    static Stage of(int number) {
        return number >= 0 && number < UNKNOWN.ordinal() ? values()[number] : UNKNOWN;
    }
}
