// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** What native code offers, function by function of feltbog.h. Text is bytes of UTF-8. */
final class Native {
    static {
        System.loadLibrary("feltbog_jni");
    }

    private Native() {}

    static native long workspaceOpen(byte[] directory, HardwareKey key, byte[] keyId,
            boolean keyIsDeviceBound, ChangeListener listener) throws FeltbogException;
    static native boolean workspaceExists(long workspace) throws FeltbogException;
    static native void workspaceCreate(long workspace, int kind, byte[] secret)
            throws FeltbogException;
    static native void workspaceUnlock(long workspace, int kind, byte[] secret)
            throws FeltbogException;
    static native void workspaceLock(long workspace) throws FeltbogException;
    /** Failures, whether a supervisor is needed, seconds to wait. */
    static native long[] workspaceTries(long workspace) throws FeltbogException;
    static native void workspaceChangeSecret(long workspace, int kind, byte[] from, byte[] to)
            throws FeltbogException;
    static native byte[] workspaceAddRecovery(long workspace, int kind, byte[] secret)
            throws FeltbogException;
    static native void workspaceFound(long workspace, byte[] invite, byte[] userName)
            throws FeltbogException;
    static native void workspaceAcceptInvite(long workspace, byte[] invite)
            throws FeltbogException;
    static native int workspaceStage(long workspace) throws FeltbogException;
    /** The address and the pin. */
    static native byte[][] workspaceServer(long workspace) throws FeltbogException;
    static native long workspaceRevision(long workspace) throws FeltbogException;
    static native boolean workspaceHasLocalWork(long workspace) throws FeltbogException;
    static native byte[] workspaceCall(long workspace, byte[] command, byte[] parameters,
            int language, byte[] now) throws FeltbogException;
    static native byte[] workspaceDescribe() throws FeltbogException;
    static native long workspaceWatchOpen(long workspace, byte[] query, byte[] parameters,
            int language, byte[] now, long since) throws FeltbogException;
    static native byte[] workspaceWatchPoll(long workspace, long watch) throws FeltbogException;
    static native void workspaceWatchClose(long workspace, long watch) throws FeltbogException;
    static native void workspaceClose(long workspace) throws FeltbogException;

    /** Positions in UTF-16 code units, as Java counts. */
    static native long editorOpen(long workspace, byte[] file, byte[] note)
            throws FeltbogException;
    /** Puts the revision into the array's first place. */
    static native byte[] editorText(long editor, long[] revision) throws FeltbogException;
    static native byte[] editorSplice(long editor, long base, long position, long erased,
            byte[] inserted) throws FeltbogException;
    static native byte[] editorUpdateSince(long editor, long base) throws FeltbogException;
    static native void editorClose(long editor) throws FeltbogException;

    static native long attachmentCreate(long workspace, byte[] file, byte[] name, byte[] mediaType)
            throws FeltbogException;
    static native void attachmentWrite(long attachment, byte[] data, int offset, int count)
            throws FeltbogException;
    static native byte[] attachmentFinish(long attachment) throws FeltbogException;
    static native long attachmentOpen(long workspace, byte[] file, byte[] attachment)
            throws FeltbogException;
    static native long attachmentSize(long attachment) throws FeltbogException;
    static native byte[] attachmentName(long attachment) throws FeltbogException;
    static native byte[] attachmentRead(long attachment, long offset, int count)
            throws FeltbogException;
    static native void attachmentClose(long attachment) throws FeltbogException;

    static native long syncOpen(long workspace, byte[] binding) throws FeltbogException;
    static native void syncStart(long sync, long now) throws FeltbogException;
    static native void syncReceive(long sync, byte[] data, int offset, int count, long now)
            throws FeltbogException;
    static native boolean syncWantsInput(long sync) throws FeltbogException;
    static native byte[] syncOutput(long sync, int sizeMax) throws FeltbogException;
    static native byte[] syncEvent(long sync) throws FeltbogException;
    static native long syncTimeout(long sync) throws FeltbogException;
    static native void syncExpire(long sync, long now) throws FeltbogException;
    static native void syncLocalWork(long sync, long now) throws FeltbogException;
    static native void syncFinish(long sync, long now) throws FeltbogException;
    static native void syncLost(long sync, long now) throws FeltbogException;
    static native boolean syncIsClosed(long sync) throws FeltbogException;
    static native void syncClose(long sync) throws FeltbogException;

    /** Called from native code: 0, or an error number. Nothing is thrown back into it. */
    static int mix(HardwareKey key, byte[] input, byte[] output) {
        try {
            byte[] mixed = key.mix(input);
            if (mixed == null || mixed.length != output.length) return ErrorNumber.IO_ERROR;
            System.arraycopy(mixed, 0, output, 0, output.length);
            return 0;
        } catch (FeltbogException e) {
            return e.number();
        } catch (Throwable e) {
            return ErrorNumber.IO_ERROR;
        }
    }

    /** Called from native code. */
    static void changed(ChangeListener listener, long revision) {
        try {
            listener.changed(revision);
        } catch (Throwable e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }
}
