// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Phones in this process, a real feltbogd beside it, and a transport written in Java between. */
final class SyncTest {
    private static final char[] PASSPHRASE = "et rigtigt langt kodeord".toCharArray();
    private static final String WORDS = "Åse var glad \ud83d\ude42 for sin blåbærgrød \ud83e\uded0";

    private final Checks checks = new Checks();
    private final Path root;
    private final OfficeServer server;
    private final String program;
    private final String pathway;
    private Workspace desk;
    private Workspace anna;
    private Workspace bo;
    private String file;

    private SyncTest(Path root, OfficeServer server, String program, String pathway) {
        this.root = root;
        this.program = program;
        this.server = server;
        this.pathway = pathway;
    }

    /** feltbogd, and the pathway to refer by. */
    public static void main(String[] arguments) throws Exception {
        Path root = Checks.folder();
        int status;
        try (OfficeServer server = new OfficeServer(arguments[0], root.resolve("office"))) {
            server.start();
            SyncTest test = new SyncTest(root, server, arguments[0],
                    Files.readString(Path.of(arguments[1])));
            status = test.run();
        }
        Checks.remove(root);
        System.exit(status);
    }

    private int run() throws Exception {
        desk = Workspace.open(root.resolve("desk").toString());
        desk.create(SecretKind.PASSPHRASE, PASSPHRASE);
        desk.found(server.invite(), "Inger");
        checks.test("a desk whose TLS has no exporter is taken in", this::takenWithoutBinding);
        checks.test("a desk founds the office and two phones join by invite", this::join);
        checks.test("one phone writes a note, the other reads it", this::noteTravels);
        checks.test("a photo travels", this::photoTravels);
        checks.test("both write the same note apart, and both keep both texts", this::bothWrite);
        checks.test("a phone that stays connected hears of a note as it is written", this::live);
        checks.test("another server is not spoken to", this::wrongServer);
        checks.test("a server that is gone is unreachable, and the next sync goes on", this::gone);
        for (Workspace workspace : new Workspace[] {desk, anna, bo}) {
            if (workspace != null) workspace.close();
        }
        return checks.end();
    }

    private void takenWithoutBinding() throws Exception {
        new WebSocketSync(desk).once();
    }

    private static void sync(Workspace... workspaces) throws Exception {
        for (int round = 0; round < 2; ++round) {
            for (Workspace workspace : workspaces) new WebSocketSync(workspace).once();
        }
    }

    private Workspace join(String name) throws Exception {
        String invite = desk.call("user.invite", Value.map("name", name, "role",
                Value.list(Value.of("worker")))).get("invite").text();
        sync(desk);
        Workspace phone = Workspace.open(root.resolve(name).toString());
        phone.create(SecretKind.PASSPHRASE, PASSPHRASE);
        phone.acceptInvite(invite);
        Checks.same(Stage.ENROLLING, phone.stage());
        sync(phone, desk);
        Checks.same(Stage.MEMBER, phone.stage());
        return phone;
    }

    private void join() throws Exception {
        Checks.same(Stage.MEMBER, desk.stage());
        anna = join("Anna");
        bo = join("Bo");
        String id = desk.call("pathway.publish", Value.map("definition", pathway)).get("id").text();
        String own = desk.call("case.new", Value.map("citizen", "Opdigtet Borger"))
                .get("case").text();
        file = desk.call("case.refer", Value.map("case", own, "pathway", id,
                "to", Value.list(Value.of("Anna"), Value.of("Bo")), "fields",
                Value.map("referral_date", "2026-11-02", "reason", "mental",
                        "source", "professional"))).get("case").text();
        sync(desk, anna, bo);
        Checks.same(1, anna.call("case.list", Value.NULL).items().size());
    }

    private String note(Workspace workspace, String title) throws FeltbogException {
        return workspace.call("note.show", Value.map("case", file, "note", title))
                .get("text").text();
    }

    private void noteTravels() throws Exception {
        anna.call("note.write", Value.map("case", file, "text", WORDS, "title", "Besøg"));
        Checks.that(anna.hasLocalWork(), "it waits");
        sync(anna, bo);
        Checks.that(!anna.hasLocalWork(), "it has its receipt");
        Checks.same(WORDS, note(bo, "Besøg"));
        Checks.same(hash(anna), hash(bo));
    }

    private String hash(Workspace workspace) throws FeltbogException {
        return workspace.call("case.show", Value.map("case", file)).get("state_hash").text();
    }

    private void photoTravels() throws Exception {
        byte[] photo = new byte[300_000];
        for (int at = 0; at < photo.length; ++at) photo[at] = (byte) (at * 31 + at / 1000);
        try (AttachmentWriter writer = anna.createAttachment(file, "køkken.jpg", "image/jpeg")) {
            writer.write(photo, 0, photo.length);
            writer.finish();
        }
        sync(anna, bo);
        try (AttachmentReader reader = bo.openAttachment(file, "køkken.jpg")) {
            Checks.that(Arrays.equals(photo, reader.read(0, photo.length)), "the same");
        }
    }

    private void bothWrite() throws Exception {
        try (Editor here = anna.editor(file, "Besøg"); Editor there = bo.editor(file, "Besøg")) {
            Editor.Text shown = here.text();
            here.splice(shown.revision, 0, 0, "Formiddag: ");
            there.splice(there.text().revision, there.text().text.length(), 0, " Aftalt tirsdag.");
            sync(anna, bo);
            String merged = "Formiddag: " + WORDS + " Aftalt tirsdag.";
            Checks.same(merged, here.text().text);
            Checks.same(merged, there.text().text);
            StringBuilder screen = new StringBuilder(shown.text);
            for (Editor.Patch patch : here.updateSince(shown.revision).patches) {
                patch.applyTo(screen);
            }
            Checks.same(merged, screen.toString());
        }
        Checks.same(hash(anna), hash(bo));
    }

    private void live() throws Exception {
        CountDownLatch inStep = new CountDownLatch(1);
        FutureTask<Void> heard = new FutureTask<>(() -> {
            new WebSocketSync(bo).follow(event -> {
                if (event.get("kind").text().equals("caught_up")) inStep.countDown();
                Value notes = bo.call("note.list", Value.map("case", file));
                return notes.items().stream()
                        .anyMatch(note -> note.get("title").text().equals("Straks"));
            });
            return null;
        });
        // Not the common pool: the JDK's client does its work there, and may have one thread.
        Thread phone = new Thread(heard);
        phone.setDaemon(true);
        phone.start();
        Checks.that(inStep.await(30, TimeUnit.SECONDS), "in step");
        anna.call("note.write", Value.map("case", file, "text", "Nu", "title", "Straks"));
        sync(anna);
        heard.get(30, TimeUnit.SECONDS);
        Checks.same("Nu", note(bo, "Straks"));
    }

    private void wrongServer() throws Exception {
        Path folder = root.resolve("other");
        try (OfficeServer other = new OfficeServer(program, folder);
                Workspace stranger = Workspace.open(root.resolve("stranger").toString())) {
            stranger.create(SecretKind.PASSPHRASE, PASSPHRASE);
            stranger.found(other.invite(), "Ida");
            ServerAddress mine = desk.server();
            PinnedTls wrongPin = new PinnedTls(stranger.server().pin());
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(wrongPin.context()).build();
            try {
                client.send(HttpRequest.newBuilder(
                        URI.create("https://" + mine.hostAndPort + "/v1/health")).build(),
                        HttpResponse.BodyHandlers.ofString());
                throw new AssertionError("another key was trusted");
            } catch (SSLException e) {
                Checks.that(wrongPin.binding() == null, "no connection came about");
            }
        }
    }

    private void gone() throws Exception {
        server.kill();
        anna.call("note.write", Value.map("case", file, "text", "Uden net", "title", "Alene"));
        Checks.refused(ErrorNumber.UNREACHABLE, () -> new WebSocketSync(anna).once());
        server.start();
        sync(anna, bo);
        Checks.same("Uden net", note(bo, "Alene"));
        Checks.same(hash(anna), hash(bo));
    }
}
