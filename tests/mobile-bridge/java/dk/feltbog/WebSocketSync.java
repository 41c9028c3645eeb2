// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A transport in Java: a WebSocket of the JDK under a sans-IO {@link Sync}. One thread drives the
 * session; the WebSocket's threads only put what arrives into a queue.
 */
final class WebSocketSync {
    /** What to do with an event: true ends the session politely. */
    interface Follower {
        boolean done(Value event) throws FeltbogException;
    }

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int OUTPUT_BYTES = 64 * 1024;
    private static final int SESSIONS_MAX = 4;
    private static final byte[] LOST = new byte[0];
    private static final byte[] WAKE = new byte[0];

    private final Workspace workspace;
    private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
    private HttpClient client;
    private volatile boolean isBound;

    WebSocketSync(Workspace workspace) {
        this.workspace = workspace;
    }

    /** Whether the newest session was tied to its connection. */
    boolean isBound() {
        return isBound;
    }

    /** Sessions until this device is in step; the counts at the end. */
    Value once() throws Exception {
        Value[] last = {Value.NULL};
        follow(event -> {
            if (event.get("kind").text().equals("caught_up")) last[0] = event;
            return !last[0].isNull();
        });
        return last[0];
    }

    /** From another thread: the app has written something. */
    void localWork() {
        arrived.add(WAKE);
    }

    /**
     * Sessions one after another until the follower is content. An enrolling or founding device
     * needs two: one to be let in, one as a member. Throws the error a session ended with.
     */
    void follow(Follower follower) throws Exception {
        for (int number = 0; number < SESSIONS_MAX; ++number) {
            Value closed = session(follower);
            if (closed.get("again").bool()) continue;
            if (closed.get("error").integer() == ErrorNumber.CANCELLED) return;
            throw new FeltbogException((int) closed.get("error").integer(),
                    closed.get("error_name").text(), "sync");
        }
        throw new IOException("membership does not come about");
    }

    private static long now() {
        return System.nanoTime() / 1_000_000 & Long.MAX_VALUE >> 10;
    }

    /** One connection; the event it closed with. */
    private Value session(Follower follower) throws Exception {
        ServerAddress server = workspace.server();
        PinnedTls tls = new PinnedTls(server.pin());
        arrived.clear();
        WebSocket socket = connect(server, tls);
        byte[] binding = tls.binding();
        isBound = binding != null;
        try (Sync sync = workspace.sync(binding)) {
            sync.start(now());
            while (true) {
                send(sync, socket);
                Value event = sync.event();
                if (event.get("kind").text().equals("closed")) {
                    send(sync, socket);
                    return event;
                }
                if (event.isNull()) waitForMore(sync, socket);
                else if (follower.done(event)) sync.finish(now());
            }
        } finally {
            socket.abort();
        }
    }

    private WebSocket connect(ServerAddress server, PinnedTls tls)
            throws GeneralSecurityException, FeltbogException, InterruptedException {
        // Kept: a client that the garbage collector takes while it connects never answers.
        client = HttpClient.newBuilder()
                .sslContext(tls.context())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        URI address = URI.create("wss://" + server.hostAndPort + "/v1/sync");
        try {
            return client.newWebSocketBuilder()
                    .connectTimeout(CONNECT_TIMEOUT)
                    .buildAsync(address, new Arrivals())
                    .get(CONNECT_TIMEOUT.toSeconds() + 1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new FeltbogException(ErrorNumber.UNREACHABLE, "unreachable",
                    e.getClass().getSimpleName());
        }
    }

    private static void send(Sync sync, WebSocket socket) throws Exception {
        for (byte[] out; (out = sync.output(OUTPUT_BYTES)).length > 0;) {
            try {
                socket.sendBinary(ByteBuffer.wrap(out), true).get();
            } catch (ExecutionException e) {
                sync.lost(now());
            }
        }
    }

    private void waitForMore(Sync sync, WebSocket socket) throws Exception {
        if (sync.wantsInput()) socket.request(1);
        long due = sync.timeout();
        long wait = due < 0 ? 0 : Math.max(0, due - now());
        byte[] bytes = arrived.poll(wait, TimeUnit.MILLISECONDS);
        if (bytes == null) sync.expire(now());
        else if (bytes == WAKE) sync.localWork(now());
        else if (bytes == LOST) sync.lost(now());
        else sync.receive(bytes, 0, bytes.length, now());
    }

    private final class Arrivals implements WebSocket.Listener {
        @Override
        public void onOpen(WebSocket socket) {
            // Nothing is taken from the connection until the session wants it.
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            if (bytes.length > 0) arrived.add(bytes);
            else socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            arrived.add(LOST);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            arrived.add(LOST);
        }
    }
}
