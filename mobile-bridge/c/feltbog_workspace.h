/* SPDX-License-Identifier: Apache-2.0 */
/* A device's working place in one folder: unlocking, commands, queries and watches. The rules for
 * all functions: feltbog.h. */
#ifndef FELTBOG_WORKSPACE_H
#define FELTBOG_WORKSPACE_H

#include "feltbog_error.h"

#ifdef __cplusplus
extern "C" {
#endif
/* NOLINTBEGIN(modernize-use-using, readability-identifier-naming): names of C */

typedef struct feltbog_workspace feltbog_workspace;

/* A key that the device's hardware holds (Keystore, Secure Enclave) and the host asks it to use.
 * What stays in the hardware cannot be guessed against on another machine. */
typedef struct feltbog_hardware_key {
  uint8_t id[16];          /* names the key; another id later means `missing_key` */
  uint8_t is_device_bound; /* 1 only if it cannot leave the device: PINs need that */
  void* context;           /* handed back to the functions below */
  /* Writes 32 bytes that nobody can compute without the key, the same ones for the same input:
   * HMAC-SHA-256 or as strong. Returns 0, or an error number (missing_key, io_error). Called during
   * create, unlock, tries, change_secret and add_recovery, on the caller's thread. It must not call
   * into the same family. */
  int32_t (*mix)(void* context, const uint8_t* input, size_t input_size, uint8_t* output);
} feltbog_hardware_key;

/* What the host provides. Copied by feltbog_workspace_open. */
typedef struct feltbog_host {
  size_t size;                          /* sizeof(feltbog_host) */
  const feltbog_hardware_key* hardware; /* NULL: a key file in the folder, and no PINs */
  void* context;                        /* handed back to the functions below */
  /* May be NULL. The revision moved: look at watches and editors again. Called at the end of the
   * call that moved it, on that thread, when the family is free again, so it may call in. */
  void (*changed)(void* context, uint64_t revision);
  /* May be NULL. Called once, when nothing here uses the two contexts any more: after the last call
   * on the family has returned and the workspace is closed; also when opening fails. */
  void (*release)(void* hardware_context, void* context);
} feltbog_host;

/* Kinds of secret. A passphrase has at least 12 characters; a PIN 8 digits, or 6 characters that
 * are not all digits; a recovery code comes from feltbog_workspace_add_recovery. */
enum { FELTBOG_SECRET_PASSPHRASE = 1, FELTBOG_SECRET_PIN = 2, FELTBOG_SECRET_RECOVERY = 3 };

/* How far the device has come. A host treats a number it does not know as `empty`. */
enum {
  FELTBOG_STAGE_EMPTY = 0,     /* no organisation yet: found one or accept an invite */
  FELTBOG_STAGE_FOUNDING = 1,  /* made here, the server has not taken it: sync */
  FELTBOG_STAGE_ENROLLING = 2, /* an invite is accepted and not used yet: sync */
  FELTBOG_STAGE_MEMBER = 3,
  FELTBOG_STAGE_REVOKED = 4
};

enum { FELTBOG_LANGUAGE_DANISH = 0, FELTBOG_LANGUAGE_ENGLISH = 1 };

/* How a call wants to be answered. NULL means Danish and today. */
typedef struct feltbog_call_options {
  size_t size;      /* sizeof(feltbog_call_options) */
  int32_t language; /* FELTBOG_LANGUAGE_... */
  const char* now;  /* "2026-11-17T10:30": what queries take as now; commands ignore it */
  size_t now_size;  /* 0: the device's clock */
} feltbog_call_options;

/* What stands between a person and the next try. */
typedef struct feltbog_tries {
  uint32_t failures;
  uint8_t needs_supervisor; /* only a recovery code opens it */
  int64_t wait_seconds;     /* 0: try now */
} feltbog_tries;

/* Opens a folder, making it (for its user only) if it is not there. The workspace is locked: create
 * or unlock comes next. `host` may be NULL. Errors: io_error, disk_full. */
FELTBOG_API feltbog_error* feltbog_workspace_open(const char* directory, size_t directory_size,
                                                  const feltbog_host* host,
                                                  feltbog_workspace** out);

/* Whether the folder holds a database. Errors: io_error. */
FELTBOG_API feltbog_error* feltbog_workspace_exists(feltbog_workspace* workspace, uint8_t* out);

/* Makes a database with a new device identity, and leaves it unlocked. Takes as long as Argon2id:
 * 0.1 to 1 s. Errors: already_exists, weak_passphrase, not_permitted (a PIN without device-bound
 * hardware), missing_key, busy, disk_full, io_error, out_of_memory. */
FELTBOG_API feltbog_error* feltbog_workspace_create(feltbog_workspace* workspace,
                                                    int32_t secret_kind, const char* secret,
                                                    size_t secret_size);

/* Unlocks; does nothing when unlocked already. Takes as long as Argon2id. Errors: not_found (no
 * database, or no secret of that kind), wrong_passphrase, too_many_tries (detail "wait N seconds"
 * or "supervisor"), revoked (detail "wiped": see lock), missing_key, corrupt, unsupported_version,
 * busy (another process has it), disk_full, io_error, out_of_memory. */
FELTBOG_API feltbog_error* feltbog_workspace_unlock(feltbog_workspace* workspace,
                                                    int32_t secret_kind, const char* secret,
                                                    size_t secret_size);

/* Closes the database and every editor, attachment, sync and watch on it; keys are wiped. Saves
 * first what makes the next opening quick. Does nothing when locked. Until unlocked again, calls
 * that need the database give `locked`. Where the organisation ordered this device to be wiped and
 * what it had to send was sent or tried, everything in the folder is destroyed instead. */
FELTBOG_API feltbog_error* feltbog_workspace_lock(feltbog_workspace* workspace);

/* For the lock screen. Errors: not_found, corrupt, missing_key, io_error. */
FELTBOG_API feltbog_error* feltbog_workspace_tries(feltbog_workspace* workspace,
                                                   feltbog_tries* out);

/* Replaces a secret, in one step: after a crash either the old or the new one opens. Errors: those
 * of unlock, weak_passphrase, not_permitted. */
FELTBOG_API feltbog_error* feltbog_workspace_change_secret(feltbog_workspace* workspace,
                                                           int32_t secret_kind,
                                                           const char* old_secret, size_t old_size,
                                                           const char* new_secret, size_t new_size);

/* Makes a recovery code, 26 characters, to be shown once and kept by a supervisor. The secret is
 * one that unlocks. Errors: those of unlock, limit_exceeded. */
FELTBOG_API feltbog_error* feltbog_workspace_add_recovery(feltbog_workspace* workspace,
                                                          int32_t secret_kind, const char* secret,
                                                          size_t secret_size, feltbog_bytes* out);

/* Makes an organisation, from the text that `feltbogd init` printed ("feltbog-office:..."), with
 * this device's user as its administrator. Work can begin at once; others see it after a sync.
 * Errors: wrong_state, malformed, unsupported_version. */
FELTBOG_API feltbog_error* feltbog_workspace_found(feltbog_workspace* workspace, const char* invite,
                                                   size_t invite_size, const char* user_name,
                                                   size_t user_name_size);

/* Remembers an invite ("feltbog-invite:..."), which the next sync uses. Errors: wrong_state,
 * malformed, unsupported_version. */
FELTBOG_API feltbog_error* feltbog_workspace_accept_invite(feltbog_workspace* workspace,
                                                           const char* invite, size_t invite_size);

/* FELTBOG_STAGE_... */
FELTBOG_API feltbog_error* feltbog_workspace_stage(feltbog_workspace* workspace, int32_t* out);

/* Where the server is: "host:port", and the SHA-256 of its certificate's SubjectPublicKeyInfo, 32
 * bytes, which the host's TLS must check instead of an authority. Error: wrong_state (no server
 * known yet). */
FELTBOG_API feltbog_error* feltbog_workspace_server(feltbog_workspace* workspace,
                                                    feltbog_bytes* address, feltbog_bytes* pin);

/* A number that grows with every durable change, whoever made it. */
FELTBOG_API feltbog_error* feltbog_workspace_revision(feltbog_workspace* workspace, uint64_t* out);

/* Whether something waits to be sent. */
FELTBOG_API feltbog_error* feltbog_workspace_has_local_work(feltbog_workspace* workspace,
                                                            uint8_t* out);

/* Runs a row of the command table, "note.write". `parameters` is a CBOR map, or empty. A command is
 * durable when this returns, and has changed nothing when there is an error. Errors:
 * unknown_command, malformed or truncated (parameters), invalid_argument, not_permitted, locked,
 * disk_full, io_error, and those of the row. `options` may be NULL. */
FELTBOG_API feltbog_error* feltbog_workspace_call(feltbog_workspace* workspace, const char* command,
                                                  size_t command_size, const uint8_t* parameters,
                                                  size_t parameters_size,
                                                  const feltbog_call_options* options,
                                                  feltbog_bytes* out);

/* The command table as a CBOR value: names, parameters, results, help in both languages. */
FELTBOG_API feltbog_error* feltbog_workspace_describe(feltbog_bytes* out);

/* Keeps a query open; at most 64 at a time. `since` is the revision of the rows that the caller
 * still holds from an earlier watch, or 0. The number that comes out is good until the watch is
 * closed or the workspace locked. Errors: those of call, limit_exceeded. */
FELTBOG_API feltbog_error* feltbog_workspace_watch_open(
    feltbog_workspace* workspace, const char* query, size_t query_size, const uint8_t* parameters,
    size_t parameters_size, const feltbog_call_options* options, uint64_t since, uint64_t* out);

/* Empty when the rows are as they were; else a CBOR map {"revision", "reset", "rows", "removed"}:
 * with reset the rows replace all, otherwise they are the new and changed ones, and `removed` lists
 * ids. Cheap while the revision stands still. Errors: not_found (no such watch), those of the
 * query. */
FELTBOG_API feltbog_error* feltbog_workspace_watch_poll(feltbog_workspace* workspace,
                                                        uint64_t watch, feltbog_bytes* out);

/* Error: not_found. */
FELTBOG_API feltbog_error* feltbog_workspace_watch_close(feltbog_workspace* workspace,
                                                         uint64_t watch);

/* Locks, and closes the handle and all that belong to it. Error: busy, and then it stays open. */
FELTBOG_API feltbog_error* feltbog_workspace_close(feltbog_workspace* workspace);

/* NOLINTEND(modernize-use-using, readability-identifier-naming) */
#ifdef __cplusplus
}
#endif

#endif
