// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/** Named cases one after another, and a count at the end. Nothing but the JDK. */
final class Checks {
    /** A case that may fail with anything. */
    interface Case {
        void run() throws Exception;
    }

    private int passed;
    private int failed;

    void test(String sentence, Case test) {
        try {
            test.run();
            ++passed;
        } catch (Throwable e) {
            ++failed;
            System.out.println("FAILED: " + sentence);
            e.printStackTrace(System.out);
        }
    }

    /** Prints the count; the process's exit status. */
    int end() {
        System.out.println("cases: " + passed + " passed, " + failed + " failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    static void same(Object expected, Object got) {
        if (!Objects.equals(expected, got)) {
            throw new AssertionError("expected " + expected + ", got " + got);
        }
    }

    static void that(boolean good, String what) {
        if (!good) throw new AssertionError(what);
    }

    static void refused(int number, Case test) throws Exception {
        try {
            test.run();
        } catch (FeltbogException e) {
            same(number, e.number());
            return;
        }
        throw new AssertionError("error " + number + " expected, got none");
    }

    static void illegal(Case test) throws Exception {
        try {
            test.run();
        } catch (IllegalArgumentException e) {
            return;
        }
        throw new AssertionError("IllegalArgumentException expected");
    }

    /** A folder for the run, removed by {@link #remove}. */
    static Path folder() throws IOException {
        return Files.createTempDirectory("feltbog-java-");
    }

    static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
