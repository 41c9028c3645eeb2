// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that use and close the same handles: exceptions, never a crash, and nothing lost. */
final class StressTest {
    private static final char[] PASSPHRASE = "et rigtigt langt kodeord".toCharArray();
    private static final int ROUNDS = 8;
    private static final int THREADS = 4;

    private final String invite;
    private final Path root;

    private StressTest(String invite, Path root) {
        this.invite = invite;
        this.root = root;
    }

    /** feltbogd, which is asked for an invite and never served. */
    public static void main(String[] arguments) throws Exception {
        Path root = Checks.folder();
        OfficeServer never = new OfficeServer(arguments[0], root.resolve("office"));
        StressTest test = new StressTest(never.invite(), root);
        Checks checks = new Checks();
        checks.test("closing while others write gives errors, and what was written is there",
                test::closeDuringUse);
        checks.test("handles opened and closed from many threads", test::churn);
        Checks.remove(root);
        System.exit(checks.end());
    }

    private static boolean expected(FeltbogException e) {
        return e.number() == ErrorNumber.BUSY || e.number() == ErrorNumber.CLOSED_HANDLE;
    }

    private static void closeStubbornly(Workspace workspace) throws FeltbogException {
        while (true) {
            try {
                workspace.close();
                return;
            } catch (FeltbogException e) {
                if (e.number() != ErrorNumber.BUSY) throw e;
                Thread.onSpinWait();
            }
        }
    }

    private void closeDuringUse() throws Exception {
        AtomicInteger written = new AtomicInteger();
        String path = root.resolve("close").toString();
        String file;
        try (Workspace workspace = Workspace.open(path)) {
            workspace.create(SecretKind.PASSPHRASE, PASSPHRASE);
            workspace.found(invite, "Karen");
            file = workspace.call("case.new", Value.map("citizen", "Åse")).get("case").text();
        }
        for (int round = 0; round < ROUNDS; ++round) {
            Workspace workspace = Workspace.open(path);
            workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE);
            CountDownLatch enough = new CountDownLatch(5);
            List<Throwable> strange = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int number = 0; number < THREADS; ++number) {
                threads.add(new Thread(() -> write(workspace, file, written, enough, strange)));
            }
            for (Thread thread : threads) thread.start();
            enough.await();
            closeStubbornly(workspace);
            for (Thread thread : threads) thread.join();
            Checks.same(List.of(), strange);
        }
        try (Workspace workspace = Workspace.open(path)) {
            workspace.unlock(SecretKind.PASSPHRASE, PASSPHRASE);
            Value notes = workspace.call("note.list", Value.map("case", file));
            Checks.same(written.get(), notes.items().size());
        }
    }

    private static void write(Workspace workspace, String file, AtomicInteger written,
            CountDownLatch enough, List<Throwable> strange) {
        while (true) {
            try {
                workspace.call("note.write", Value.map("case", file, "text", "\ud83d\ude42"));
                written.incrementAndGet();
                enough.countDown();
            } catch (FeltbogException e) {
                if (e.number() == ErrorNumber.CLOSED_HANDLE) return;
                if (!expected(e)) {
                    synchronized (strange) {
                        strange.add(e);
                    }
                    return;
                }
            }
        }
    }

    private void churn() throws Exception {
        List<Throwable> strange = new ArrayList<>();
        try (Workspace workspace = Workspace.open(root.resolve("churn").toString())) {
            workspace.create(SecretKind.PASSPHRASE, PASSPHRASE);
            workspace.found(invite, "Karen");
            String file = workspace.call("case.new", Value.map("citizen", "Bo")).get("case").text();
            workspace.call("note.write", Value.map("case", file, "text", "x", "title", "N"));
            List<Thread> threads = new ArrayList<>();
            for (int number = 0; number < THREADS; ++number) {
                threads.add(new Thread(() -> openAndClose(workspace, file, strange)));
            }
            for (Thread thread : threads) thread.start();
            for (Thread thread : threads) thread.join();
        }
        Checks.same(List.of(), strange);
    }

    private static void openAndClose(Workspace workspace, String file, List<Throwable> strange) {
        for (int turn = 0; turn < 300; ++turn) {
            try {
                Editor editor = workspace.editor(file, "N");
                while (true) {
                    try {
                        editor.close();
                        break;
                    } catch (FeltbogException e) {
                        if (!expected(e)) throw e;
                    }
                }
                Checks.refused(ErrorNumber.CLOSED_HANDLE, editor::text);
            } catch (FeltbogException e) {
                if (!expected(e)) {
                    synchronized (strange) {
                        strange.add(e);
                    }
                }
            } catch (Exception | AssertionError e) {
                synchronized (strange) {
                    strange.add(e);
                }
            }
        }
    }
}
