// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** An attachment to be read, in any order. */
public final class AttachmentReader extends Handle {
    AttachmentReader(long name) {
        super(name);
    }

    /** Bytes in all. */
    public long size() throws FeltbogException {
        return Native.attachmentSize(name());
    }

    /** What it was called when it was written. */
    public String fileName() throws FeltbogException {
        return Utf8.decode(Native.attachmentName(name()));
    }

    /**
     * Up to `count` bytes from `offset`, at most 1 MiB at a time; none at the end. wrong_state: not
     * on this device yet, the next sync brings it.
     */
    public byte[] read(long offset, int count) throws FeltbogException {
        if (offset < 0 || count < 0) throw new IndexOutOfBoundsException();
        return Native.attachmentRead(name(), offset, count);
    }

    @Override
    void closeNative(long handle) throws FeltbogException {
        Native.attachmentClose(handle);
    }
}
