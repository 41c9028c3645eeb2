// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** A key that the device's hardware holds, such as one of the Android Keystore. */
public interface HardwareKey {
    /** 16 bytes that name the key. Another name later means missing_key. */
    byte[] id();

    /** True only if the key cannot leave the device. PINs need that. */
    boolean isDeviceBound();

    /**
     * 32 bytes that nobody can compute without the key, the same ones for the same input:
     * HMAC-SHA-256 or as strong. Called on the thread that creates or unlocks. Must not call into
     * the same workspace. Throw {@link FeltbogException#missingKey()} when the hardware no longer
     * has it; any other exception counts as io_error.
     */
    byte[] mix(byte[] input) throws Exception;
}
