/* SPDX-License-Identifier: Apache-2.0 */
/* One sync session with the office's server over a connection that the host makes: bytes and time
 * in; bytes, events and the next timeout out. No socket, no thread, no clock. The recipe for a
 * transport: docs/bridge.md. The rules for all functions: feltbog.h.
 *
 * Connect with TLS 1.3 to feltbog_workspace_server, check the pin, open a WebSocket at /v1/sync,
 * and send the bytes as binary messages; how they are cut means nothing. Then: open, start; after
 * every call below take output until it is empty, take events until there are none, and arm a timer
 * for the timeout. One session lives at a time.
 *
 * `now` is milliseconds of a clock that does not go back, from 0 to 2^53; an earlier one counts as
 * the latest given. */
#ifndef FELTBOG_SYNC_H
#define FELTBOG_SYNC_H

#include "feltbog_workspace.h"

#ifdef __cplusplus
extern "C" {
#endif
/* NOLINTBEGIN(modernize-use-using, readability-identifier-naming): names of C */

typedef struct feltbog_sync feltbog_sync;

/* `binding` is the TLS exporter value of the connection (RFC 9266), 32 bytes, or NULL with size 0
 * where the host's TLS offers none; the session is then not tied to the connection
 * (docs/protocol.md, "Channel"). Errors: locked, invalid_argument (another size), wrong_state (no
 * server known, or another session is open). */
FELTBOG_API feltbog_error* feltbog_sync_open(feltbog_workspace* workspace, const uint8_t* binding,
                                             size_t binding_size, feltbog_sync** out);

/* Once, first. Error: wrong_state. */
FELTBOG_API feltbog_error* feltbog_sync_start(feltbog_sync* sync, int64_t now);

/* Bytes from the connection, cut anywhere. What they say is stored before this returns. Ignored
 * once closed. */
FELTBOG_API feltbog_error* feltbog_sync_receive(feltbog_sync* sync, const uint8_t* data,
                                                size_t size, int64_t now);

/* 0 while the output is full: leave bytes in the connection until output was taken. */
FELTBOG_API feltbog_error* feltbog_sync_wants_input(feltbog_sync* sync, uint8_t* out);

/* Up to `size_max` of the bytes to send, in order, at most 1 MiB at a time; empty when there are
 * none. Taking some may produce more. */
FELTBOG_API feltbog_error* feltbog_sync_output(feltbog_sync* sync, size_t size_max,
                                               feltbog_bytes* out);

/* The next event as a CBOR map, or empty. Every one has "kind" and the counts so far: "phase",
 * "records_received", "records_accepted", "runs_expected", "runs_received", "runs_to_send",
 * "runs_receipted", "run_bytes_expected", "run_bytes_received", "run_bytes_to_send",
 * "run_bytes_receipted", "chunks_receipted", "chunks_fetched", "refused". Kinds, of which a host
 * skips those it does not know:
 *   connected  each side has proven who it is; "server_time", milliseconds since 1970
 *   progress   counts changed
 *   refused    the server did not take something; "error", "error_name"
 *   caught_up  what was to receive is stored, what was to send is receipted or refused, and nothing
 *              new was made meanwhile. The session stays and brings what is new, until finish
 *   closed     the last one; "error", "error_name", and "again": true when this session let the
 *              device in, or brought its organisation to the server, and a new one, as a member,
 *              should follow at once. `cancelled` is the error of a session that was finished,
 *              `revoked` that of a barred device, which has handed in what it could. "wipe": true
 *              when its organisation ordered it to destroy what it holds: feltbog_workspace_lock
 *              does. */
FELTBOG_API feltbog_error* feltbog_sync_event(feltbog_sync* sync, feltbog_bytes* out);

/* When to call feltbog_sync_expire at the latest; -1 for never. */
FELTBOG_API feltbog_error* feltbog_sync_timeout(feltbog_sync* sync, int64_t* out);

/* The time of feltbog_sync_timeout has come; too early does nothing. */
FELTBOG_API feltbog_error* feltbog_sync_expire(feltbog_sync* sync, int64_t now);

/* There is something new to send or to fetch: a command was called, an editor spliced. Welcome at
 * any time. */
FELTBOG_API feltbog_error* feltbog_sync_local_work(feltbog_sync* sync, int64_t now);

/* Ends politely; the last output is the farewell. What has no receipt stays in the outbox. */
FELTBOG_API feltbog_error* feltbog_sync_finish(feltbog_sync* sync, int64_t now);

/* The connection is gone: ends with unreachable, unless ended already. */
FELTBOG_API feltbog_error* feltbog_sync_lost(feltbog_sync* sync, int64_t now);

/* 1 when it has ended, nothing is left to send and every event was taken. */
FELTBOG_API feltbog_error* feltbog_sync_is_closed(feltbog_sync* sync, uint8_t* out);

/* Ends at once, without a farewell. What was stored stays. Error: busy, and then it stays open. */
FELTBOG_API feltbog_error* feltbog_sync_close(feltbog_sync* sync);

/* NOLINTEND(modernize-use-using, readability-identifier-naming) */
#ifdef __cplusplus
}
#endif

#endif
