// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/**
 * One sync session over a connection that the app makes: bytes and time in; bytes, events and the
 * next timeout out. After every call take output until it is empty, take events until there are
 * none, and arm a timer for the timeout. `now` is milliseconds of a clock that does not go back.
 */
public final class Sync extends Handle {
    Sync(long name) {
        super(name);
    }

    /** Once, first. */
    public void start(long now) throws FeltbogException {
        Native.syncStart(name(), now);
    }

    /** Bytes from the connection, cut anywhere; stored when it returns. */
    public void receive(byte[] data, int offset, int count, long now) throws FeltbogException {
        if (offset < 0 || count < 0 || count > data.length - offset) {
            throw new IndexOutOfBoundsException();
        }
        Native.syncReceive(name(), data, offset, count, now);
    }

    /** False while the output is full: leave bytes in the connection until output was taken. */
    public boolean wantsInput() throws FeltbogException {
        return Native.syncWantsInput(name());
    }

    /** Up to `sizeMax` bytes to send; empty when there are none. */
    public byte[] output(int sizeMax) throws FeltbogException {
        if (sizeMax <= 0) throw new IllegalArgumentException("sizeMax");
        return Native.syncOutput(name(), sizeMax);
    }

    /** The next event, or NULL. Its kinds and fields: feltbog_sync.h. */
    public Value event() throws FeltbogException {
        byte[] event = Native.syncEvent(name());
        return event.length == 0 ? Value.NULL : Cbor.decode(event);
    }

    /** When to call {@link #expire} at the latest; -1 for never. */
    public long timeout() throws FeltbogException {
        return Native.syncTimeout(name());
    }

    /** The time of {@link #timeout} has come; too early does nothing. */
    public void expire(long now) throws FeltbogException {
        Native.syncExpire(name(), now);
    }

    /** There is something new to send or to fetch. */
    public void localWork(long now) throws FeltbogException {
        Native.syncLocalWork(name(), now);
    }

    /** Ends politely; the last output is the farewell. */
    public void finish(long now) throws FeltbogException {
        Native.syncFinish(name(), now);
    }

    /** The connection is gone. */
    public void lost(long now) throws FeltbogException {
        Native.syncLost(name(), now);
    }

    /** Ended, nothing left to send, and every event taken. */
    public boolean isClosed() throws FeltbogException {
        return Native.syncIsClosed(name());
    }

    @Override
    void closeNative(long handle) throws FeltbogException {
        Native.syncClose(handle);
    }
}
