// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** How a person unlocks. */
public enum SecretKind {
    /** At least 12 characters. */
    PASSPHRASE(1),
    /** 8 digits, or 6 characters that are not all digits; with device-bound hardware only. */
    PIN(2),
    /** From {@link Workspace#addRecovery}. */
    RECOVERY(3);

    final int number;

    SecretKind(int number) {
        this.number = number;
    }
}
