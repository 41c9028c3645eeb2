// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** What stands between a person and the next try. */
public final class Tries {
    public final int failures;
    /** Only a recovery code opens it. */
    public final boolean needsSupervisor;
    /** 0: try now. */
    public final long waitSeconds;

    Tries(int failures, boolean needsSupervisor, long waitSeconds) {
        this.failures = failures;
        this.needsSupervisor = needsSupervisor;
        this.waitSeconds = waitSeconds;
    }
}
