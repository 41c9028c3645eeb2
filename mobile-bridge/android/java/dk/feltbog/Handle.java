// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/**
 * The one owner of a native handle. A handle is a name that native code looks up, never an address,
 * so using one after it was closed is a FeltbogException (closed_handle) on every path.
 */
abstract class Handle implements AutoCloseable {
    private volatile long name;

    Handle(long name) {
        this.name = name;
    }

    /** 0, which is no handle, once closed. */
    final long name() {
        return name;
    }

    abstract void closeNative(long handle) throws FeltbogException;

    /**
     * Closes once; closing again does nothing. When another thread is in a call of the same family
     * it throws `busy`, and the handle stays open.
     */
    @Override
    public final synchronized void close() throws FeltbogException {
        if (name == 0) return;
        try {
            closeNative(name);
        } catch (FeltbogException e) {
            // Gone already, with its workspace.
            if (e.number() != ErrorNumber.CLOSED_HANDLE) throw e;
        }
        name = 0;
    }
}
