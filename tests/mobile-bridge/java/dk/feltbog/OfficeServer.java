// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A real feltbogd on the loopback interface. */
final class OfficeServer implements AutoCloseable {
    private final String program;
    private final Path directory;
    private final String invite;
    private Process process;

    /** `directory` is made anew. */
    OfficeServer(String program, Path directory) throws Exception {
        this.program = program;
        this.directory = directory;
        String said = said(List.of("init", "--dir", directory.toString(), "--host", "localhost",
                "--port", Integer.toString(freePort())));
        invite = said.lines().filter(line -> line.strip().startsWith("feltbog-office:"))
                .findFirst().orElseThrow(() -> new IOException("no invite: " + said)).strip();
    }

    /** What its first administrator gets. */
    String invite() {
        return invite;
    }

    /** Returns when it listens. */
    void start() throws Exception {
        process = command(List.of("serve", "--dir", directory.toString(),
                "--listen", "127.0.0.1")).start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line; (line = lines.readLine()) != null;) {
            if (line.contains("listening")) {
                Thread drain = new Thread(() -> drain(lines));
                drain.setDaemon(true);
                drain.start();
                return;
            }
        }
        throw new IOException("feltbogd ended with " + process.waitFor());
    }

    /** A pipe that nobody reads would stop the server. */
    private static void drain(BufferedReader lines) {
        try {
            while (lines.readLine() != null) continue;
        } catch (IOException e) {
            // It has ended.
        }
    }

    /** As a power cut would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        if (process == null) return;
        process.destroy();
        process.onExit().join();
    }

    private ProcessBuilder command(List<String> words) {
        List<String> all = new ArrayList<>(Arrays.asList(program));
        all.addAll(words);
        return new ProcessBuilder(all).redirectErrorStream(true);
    }

    private String said(List<String> words) throws Exception {
        Process run = command(words).start();
        String out = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (run.waitFor() != 0) throw new IOException(out);
        return out;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
