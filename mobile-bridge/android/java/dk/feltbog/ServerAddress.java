// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** Where the office's server is, and what its certificate must be. */
public final class ServerAddress {
    /** "host:port". */
    public final String hostAndPort;
    private final byte[] pin;

    ServerAddress(String hostAndPort, byte[] pin) {
        this.hostAndPort = hostAndPort;
        this.pin = pin;
    }

    /** SHA-256 of the certificate's SubjectPublicKeyInfo: checked instead of an authority. */
    public byte[] pin() {
        return pin.clone();
    }
}
