// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** An attachment on its way in. Closed before it is finished, what it stored is removed. */
public final class AttachmentWriter extends Handle {
    AttachmentWriter(long name) {
        super(name);
    }

    /** Appends `count` bytes of `data` from `offset`. */
    public void write(byte[] data, int offset, int count) throws FeltbogException {
        if (offset < 0 || count < 0 || count > data.length - offset) {
            throw new IndexOutOfBoundsException();
        }
        Native.attachmentWrite(name(), data, offset, count);
    }

    /** Makes it part of the file; durable. A map of case, attachment, size and chunks. */
    public Value finish() throws FeltbogException {
        return Cbor.decode(Native.attachmentFinish(name()));
    }

    @Override
    void closeNative(long handle) throws FeltbogException {
        Native.attachmentClose(handle);
    }
}
