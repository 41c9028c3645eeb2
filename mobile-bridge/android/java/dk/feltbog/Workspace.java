// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.util.Arrays;

/**
 * A device's working place in one folder. With the editors, attachments, watches and sync opened
 * from it, it is used by one thread at a time, any thread; a call that meets another one in
 * progress throws `busy` and changes nothing. Close it, or the folder stays taken until the process
 * ends.
 */
public final class Workspace extends Handle {
    private Workspace(long name) {
        super(name);
    }

    /** Opens a folder, making it if it is not there; locked. Without hardware and listener. */
    public static Workspace open(String directory) throws FeltbogException {
        return open(directory, null, null);
    }

    /** Opens a folder. The hardware key and the listener may be null. */
    public static Workspace open(String directory, HardwareKey key, ChangeListener listener)
            throws FeltbogException {
        byte[] id = key == null ? null : key.id();
        if (id != null && id.length != 16) throw new IllegalArgumentException("key id of 16 bytes");
        boolean bound = key != null && key.isDeviceBound();
        return new Workspace(
                Native.workspaceOpen(Utf8.encode(directory), key, id, bound, listener));
    }

    /** The command table: names, parameters, help in both languages. */
    public static Value describe() throws FeltbogException {
        return Cbor.decode(Native.workspaceDescribe());
    }

    /** Whether the folder holds a database. */
    public boolean exists() throws FeltbogException {
        return Native.workspaceExists(name());
    }

    /** Makes a database and leaves it unlocked. Takes up to a second: not on the UI thread. */
    public void create(SecretKind kind, char[] secret) throws FeltbogException {
        byte[] bytes = Utf8.encode(secret);
        try {
            Native.workspaceCreate(name(), kind.number, bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Unlocks; does nothing when unlocked. Takes up to a second: not on the UI thread. */
    public void unlock(SecretKind kind, char[] secret) throws FeltbogException {
        byte[] bytes = Utf8.encode(secret);
        try {
            Native.workspaceUnlock(name(), kind.number, bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Closes the database and all that was opened from it; keys are wiped. */
    public void lock() throws FeltbogException {
        Native.workspaceLock(name());
    }

    /** What stands between a person and the next try. */
    public Tries tries() throws FeltbogException {
        long[] numbers = Native.workspaceTries(name());
        return new Tries((int) numbers[0], numbers[1] != 0, numbers[2]);
    }

    /** Replaces a secret in one step. */
    public void changeSecret(SecretKind kind, char[] from, char[] to) throws FeltbogException {
        byte[] fromBytes = Utf8.encode(from);
        byte[] toBytes = Utf8.encode(to);
        try {
            Native.workspaceChangeSecret(name(), kind.number, fromBytes, toBytes);
        } finally {
            Arrays.fill(fromBytes, (byte) 0);
            Arrays.fill(toBytes, (byte) 0);
        }
    }

    /** A recovery code of 26 characters, to be shown once and kept by a supervisor. */
    public String addRecovery(SecretKind kind, char[] secret) throws FeltbogException {
        byte[] bytes = Utf8.encode(secret);
        try {
            return Utf8.decode(Native.workspaceAddRecovery(name(), kind.number, bytes));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Makes an organisation from the invite that `feltbogd init` printed. */
    public void found(String invite, String userName) throws FeltbogException {
        Native.workspaceFound(name(), Utf8.encode(invite), Utf8.encode(userName));
    }

    /** Remembers an invite, which the next sync uses. */
    public void acceptInvite(String invite) throws FeltbogException {
        Native.workspaceAcceptInvite(name(), Utf8.encode(invite));
    }

    public Stage stage() throws FeltbogException {
        return Stage.of(Native.workspaceStage(name()));
    }

    /** Where the server is, and what its certificate's key must be. */
    public ServerAddress server() throws FeltbogException {
        byte[][] parts = Native.workspaceServer(name());
        return new ServerAddress(Utf8.decode(parts[0]), parts[1]);
    }

    /** Grows with every durable change. */
    public long revision() throws FeltbogException {
        return Native.workspaceRevision(name());
    }

    /** Whether something waits to be sent. */
    public boolean hasLocalWork() throws FeltbogException {
        return Native.workspaceHasLocalWork(name());
    }

    /** Runs a row of the command table, in Danish. Durable when it returns. */
    public Value call(String command, Value parameters) throws FeltbogException {
        return call(command, parameters, CallOptions.DANISH);
    }

    /** Runs a row of the command table. Changes nothing when it throws. */
    public Value call(String command, Value parameters, CallOptions options)
            throws FeltbogException {
        return Cbor.decode(Native.workspaceCall(name(), Utf8.encode(command),
                Cbor.encode(parameters), options.language, options.now));
    }

    /** Keeps a query open. `since` is the revision of rows still held from an earlier one, or 0. */
    public Watch watch(String query, Value parameters, CallOptions options, long since)
            throws FeltbogException {
        return new Watch(this, Native.workspaceWatchOpen(name(), Utf8.encode(query),
                Cbor.encode(parameters), options.language, options.now, since));
    }

    /** Opens a note for typing. */
    public Editor editor(String file, String note) throws FeltbogException {
        return new Editor(Native.editorOpen(name(), Utf8.encode(file), Utf8.encode(note)));
    }

    /** Begins an attachment. */
    public AttachmentWriter createAttachment(String file, String name, String mediaType)
            throws FeltbogException {
        return new AttachmentWriter(Native.attachmentCreate(name(), Utf8.encode(file),
                Utf8.encode(name), Utf8.encode(mediaType)));
    }

    /** Opens an attachment, by its id or name. */
    public AttachmentReader openAttachment(String file, String attachment)
            throws FeltbogException {
        return new AttachmentReader(Native.attachmentOpen(name(), Utf8.encode(file),
                Utf8.encode(attachment)));
    }

    /**
     * A sync session. `binding` is the 32 bytes of the connection's TLS exporter (RFC 9266), or
     * null where the TLS library offers none.
     */
    public Sync sync(byte[] binding) throws FeltbogException {
        return new Sync(Native.syncOpen(name(), binding));
    }

    @Override
    void closeNative(long handle) throws FeltbogException {
        Native.workspaceClose(handle);
    }
}
