// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** A query that stays open. Ends with its workspace, or when that is locked. */
public final class Watch implements AutoCloseable {
    private final Workspace workspace;
    private final long number;

    Watch(Workspace workspace, long number) {
        this.workspace = workspace;
        this.number = number;
    }

    /**
     * NULL when the rows are as they were; else a map of revision, reset, rows and removed: with
     * reset the rows replace all, otherwise they are the new and changed ones, and removed lists
     * ids.
     */
    public Value poll() throws FeltbogException {
        byte[] update = Native.workspaceWatchPoll(workspace.name(), number);
        return update.length == 0 ? Value.NULL : Cbor.decode(update);
    }

    /** Closing again does nothing. */
    @Override
    public void close() throws FeltbogException {
        try {
            Native.workspaceWatchClose(workspace.name(), number);
        } catch (FeltbogException e) {
            boolean gone = e.number() == ErrorNumber.NOT_FOUND
                    || e.number() == ErrorNumber.LOCKED || e.number() == ErrorNumber.CLOSED_HANDLE;
            if (!gone) throw e;
        }
    }
}
