// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One phone without a network: unlocking, writing, typing, photos, watches, hardware keys. */
final class LocalTest {
    private static final char[] PASSPHRASE = "et rigtigt langt kodeord".toCharArray();
    private static final String WORDS = "Blåbærgrød \ud83e\uded0 på Ærø";

    private final Checks checks = new Checks();
    private final String invite;
    private final Path root;

    private LocalTest(String invite, Path root) {
        this.invite = invite;
        this.root = root;
    }

    /** feltbogd, which is asked for an invite and never served. */
    public static void main(String[] arguments) throws Exception {
        Path root = Checks.folder();
        OfficeServer never = new OfficeServer(arguments[0], root.resolve("office"));
        LocalTest test = new LocalTest(never.invite(), root);
        test.run();
        Checks.remove(root);
        System.exit(test.checks.end());
    }

    private void run() {
        checks.test("a note is there after locking and reopening", this::noteStays);
        checks.test("errors carry number, name and detail", this::errors);
        checks.test("a closed handle throws, and closing twice does nothing", this::closing);
        checks.test("locking closes what was opened", this::locking);
        checks.test("typing goes through an editor in UTF-16 positions", this::typing);
        checks.test("a photo comes back byte for byte", this::photo);
        checks.test("a watch tells what changed", this::watching);
        checks.test("a PIN works with a hardware key written in Java", this::hardwareKey);
        checks.test("a hardware key that throws is an error", this::failingKey);
        checks.test("the listener is told of changes, and may call in", this::listening);
        checks.test("half a character is refused before it gets anywhere", this::halfCharacter);
        checks.test("recovery and a changed secret open", this::secrets);
    }

    private Workspace create(String name) throws FeltbogException {
        return create(name, null, null);
    }

    private Workspace create(String name, HardwareKey key, ChangeListener listener)
            throws FeltbogException {
        Workspace workspace = Workspace.open(root.resolve(name).toString(), key, listener);
        workspace.create(SecretKind.PASSPHRASE, PASSPHRASE);
        workspace.found(invite, "Karen Øst");
        return workspace;
    }

    private static String newCase(Workspace workspace) throws FeltbogException {
        return workspace.call("case.new", Value.map("citizen", "Åse Fiktiv")).get("case").text();
    }

    private static String writeNote(Workspace workspace, String file) throws FeltbogException {
        workspace.call("note.write", Value.map("case", file, "text", WORDS, "title", "Besøg"));
        return readNote(workspace, file);
    }

    private static String readNote(Workspace workspace, String file) throws FeltbogException {
        return workspace.call("note.show", Value.map("case", file, "note", "Besøg"))
                .get("text").text();
    }

    private void noteStays() throws Exception {
        String file;
        try (Workspace workspace = create("note")) {
            Checks.same(Stage.FOUNDING, workspace.stage());
            file = newCase(workspace);
            Checks.same(WORDS, writeNote(workspace, file));
            workspace.lock();
            Checks.refused(ErrorNumber.LOCKED, () -> readNote(workspace, file));
            workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE);
            Checks.same(WORDS, readNote(workspace, file));
        }
        try (Workspace workspace = Workspace.open(root.resolve("note").toString())) {
            Checks.that(workspace.exists(), "the database is there");
            workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE);
            Checks.same(WORDS, readNote(workspace, file));
            Checks.that(workspace.hasLocalWork(), "it waits to be sent");
            Checks.that(workspace.server().hostAndPort.startsWith("localhost:"), "the address");
            Checks.same(32, workspace.server().pin().length);
        }
    }

    private void errors() throws Exception {
        try (Workspace workspace = Workspace.open(root.resolve("errors").toString())) {
            Checks.refused(ErrorNumber.NOT_FOUND,
                    () -> workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE));
            Checks.refused(ErrorNumber.WEAK_PASSPHRASE,
                    () -> workspace.create(SecretKind.PASSPHRASE, "kort".toCharArray()));
            workspace.create(SecretKind.PASSPHRASE, PASSPHRASE);
            workspace.lock();
            char[] wrong = "et andet kodeord".toCharArray();
            Checks.refused(ErrorNumber.WRONG_PASSPHRASE,
                    () -> workspace.unlock(SecretKind.PASSPHRASE, wrong));
            Checks.same(1, workspace.tries().failures);
            workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE);
            Checks.refused(ErrorNumber.MALFORMED,
                    () -> workspace.found("feltbog-office:rubbish", "K"));
            try {
                workspace.call("note.write", Value.map("nonsense", 1));
                throw new AssertionError("refused");
            } catch (FeltbogException e) {
                Checks.same(ErrorNumber.INVALID_ARGUMENT, e.number());
                Checks.same("invalid_argument", e.name());
                Checks.that(e.getMessage().startsWith("invalid_argument (1): "), e.getMessage());
            }
        }
    }

    private void closing() throws Exception {
        Workspace workspace = create("closing");
        String file = newCase(workspace);
        writeNote(workspace, file);
        Editor editor = workspace.editor(file, "Besøg");
        AttachmentWriter writer = workspace.createAttachment(file, "foto", "image/jpeg");
        Sync sync = workspace.sync(null);
        Watch watch = workspace.watch("case.list", Value.NULL, CallOptions.DANISH, 0);
        editor.close();
        editor.close();
        Checks.refused(ErrorNumber.CLOSED_HANDLE, editor::text);
        workspace.close();
        workspace.close();
        Checks.refused(ErrorNumber.CLOSED_HANDLE, workspace::revision);
        Checks.refused(ErrorNumber.CLOSED_HANDLE, () -> workspace.call("status", Value.NULL));
        Checks.refused(ErrorNumber.CLOSED_HANDLE, () -> writer.write(new byte[1], 0, 1));
        Checks.refused(ErrorNumber.CLOSED_HANDLE, () -> sync.start(0));
        Checks.refused(ErrorNumber.CLOSED_HANDLE, watch::poll);
        writer.close();
        sync.close();
        watch.close();
        Checks.refused(ErrorNumber.CLOSED_HANDLE, sync::timeout);
    }

    private void locking() throws Exception {
        try (Workspace workspace = create("locking")) {
            String file = newCase(workspace);
            writeNote(workspace, file);
            try (Editor editor = workspace.editor(file, "Besøg")) {
                workspace.lock();
                Checks.refused(ErrorNumber.CLOSED_HANDLE, editor::text);
            }
        }
    }

    private void typing() throws Exception {
        try (Workspace workspace = create("typing")) {
            String file = newCase(workspace);
            writeNote(workspace, file);
            try (Editor mine = workspace.editor(file, "Besøg");
                    Editor other = workspace.editor(file, "Besøg")) {
                Editor.Text shown = mine.text();
                Checks.same(WORDS, shown.text);
                StringBuilder screen = new StringBuilder(shown.text);
                other.splice(other.text().revision, 0, 0, "I dag: ");
                int end = screen.length();
                screen.insert(end, " \ud83d\udc4d");
                Editor.Update update = mine.splice(shown.revision, end, 0, " \ud83d\udc4d");
                for (Editor.Patch patch : update.patches) patch.applyTo(screen);
                Checks.same("I dag: " + WORDS + " \ud83d\udc4d", screen.toString());
                Checks.same(screen.toString(), mine.text().text);
                Checks.same(update.revision, mine.text().revision);
                int inside = screen.indexOf("\ud83e") + 1;
                Checks.refused(ErrorNumber.INVALID_ARGUMENT,
                        () -> mine.splice(update.revision, inside, 0, "x"));
                Checks.refused(ErrorNumber.INVALID_ARGUMENT,
                        () -> mine.splice(update.revision, 0, -1, "x"));
            }
        }
    }

    private void photo() throws Exception {
        byte[] photo = new byte[200_000];
        for (int at = 0; at < photo.length; ++at) photo[at] = (byte) (at * 31);
        try (Workspace workspace = create("photo")) {
            String file = newCase(workspace);
            try (AttachmentWriter writer =
                    workspace.createAttachment(file, "køkken.jpg", "image/jpeg")) {
                writer.write(photo, 0, 150_000);
                writer.write(photo, 150_000, 50_000);
                Checks.same(200_000L, writer.finish().get("size").integer());
            }
            try (AttachmentReader reader = workspace.openAttachment(file, "køkken.jpg")) {
                Checks.same(200_000L, reader.size());
                Checks.same("køkken.jpg", reader.fileName());
                Checks.that(Arrays.equals(photo, reader.read(0, 300_000)), "the same bytes");
                Checks.same(0, reader.read(Long.MAX_VALUE, 10).length);
            }
        }
    }

    private void watching() throws Exception {
        try (Workspace workspace = create("watching")) {
            String file = newCase(workspace);
            try (Watch watch = workspace.watch("note.list", Value.map("case", file),
                    CallOptions.ENGLISH.at("2026-11-17T10:30"), 0)) {
                Checks.that(watch.poll().get("reset").bool(), "the first look is everything");
                Checks.that(watch.poll().isNull(), "nothing new");
                writeNote(workspace, file);
                Checks.same(1, watch.poll().get("rows").items().size());
            }
        }
    }

    private static final class JavaKey implements HardwareKey {
        private final SecretKeySpec key = new SecretKeySpec(new byte[] {1, 2, 3, 4}, "HmacSHA256");
        private Exception failure;

        @Override
        public byte[] id() {
            return "sixteen bytes id".getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public boolean isDeviceBound() {
            return true;
        }

        @Override
        public byte[] mix(byte[] input) throws Exception {
            if (failure != null) throw failure;
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(input);
        }
    }

    private void hardwareKey() throws Exception {
        char[] pin = "19283746".toCharArray();
        String path = root.resolve("hardware").toString();
        try (Workspace workspace = Workspace.open(path, new JavaKey(), null)) {
            workspace.create(SecretKind.PIN, pin);
            workspace.lock();
            workspace.unlock(SecretKind.PIN, pin);
        }
        try (Workspace without = Workspace.open(path)) {
            Checks.refused(ErrorNumber.MISSING_KEY, () -> without.unlock(SecretKind.PIN, pin));
        }
    }

    private void failingKey() throws Exception {
        JavaKey key = new JavaKey();
        try (Workspace workspace = create("failing", key, null)) {
            workspace.lock();
            key.failure = new IllegalStateException("hardware");
            Checks.refused(ErrorNumber.IO_ERROR,
                    () -> workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE));
            key.failure = FeltbogException.missingKey();
            Checks.refused(ErrorNumber.MISSING_KEY,
                    () -> workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE));
            key.failure = null;
            workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE);
        }
    }

    private void listening() throws Exception {
        List<Long> told = new ArrayList<>();
        Workspace[] self = new Workspace[1];
        ChangeListener listener = revision -> {
            told.add(revision);
            try {
                if (self[0] != null) Checks.same(revision, self[0].revision());
            } catch (FeltbogException e) {
                throw new IllegalStateException(e);
            }
        };
        try (Workspace workspace = create("listening", null, listener)) {
            self[0] = workspace;
            told.clear();
            newCase(workspace);
            Checks.same(1, told.size());
            workspace.call("case.list", Value.NULL);
            Checks.same(1, told.size());
        }
    }

    private void halfCharacter() throws Exception {
        try (Workspace workspace = create("half")) {
            String file = newCase(workspace);
            Checks.illegal(() -> workspace.call("note.write",
                    Value.map("case", file, "text", "\ud83d")));
            Checks.illegal(() -> workspace.call("\ud83d", Value.NULL));
            Checks.that(workspace.call("note.list", Value.map("case", file)).items().isEmpty(),
                    "nothing was written");
        }
    }

    private void secrets() throws Exception {
        char[] next = "endnu et langt kodeord".toCharArray();
        try (Workspace workspace = create("secrets")) {
            workspace.changeSecret(SecretKind.PASSPHRASE, PASSPHRASE, next);
            String code = workspace.addRecovery(SecretKind.PASSPHRASE, next);
            workspace.lock();
            Checks.refused(ErrorNumber.WRONG_PASSPHRASE,
                    () -> workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE));
            workspace.unlock(SecretKind.RECOVERY, code.toCharArray());
            workspace.lock();
            workspace.unlock(SecretKind.PASSPHRASE, next);
        }
    }
}
