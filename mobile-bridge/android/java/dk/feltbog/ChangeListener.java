// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** Told when the revision moved: look at watches and editors again. */
public interface ChangeListener {
    /**
     * Called at the end of the call that moved it, on that thread; may call in. What it throws goes
     * to the thread's handler of uncaught exceptions, because the change is made all the same.
     */
    void changed(long revision);
}
