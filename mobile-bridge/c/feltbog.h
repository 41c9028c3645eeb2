/* SPDX-License-Identifier: Apache-2.0 */
/* Feltbog's one C interface: casework on a device, encrypted, offline first, synced when it can be.
 * Plain C11. How to embed it: docs/bridge.md.
 *
 * Rules that hold for every function:
 *
 * 1. Names are feltbog_<noun>_<verb>. There are four kinds of handle: workspace, editor, attachment
 *    and sync. The last three belong to the workspace they were opened from: with it they are a
 *    family.
 * 2. Whatever can fail returns a feltbog_error*. NULL means it succeeded; anything else is owned by
 *    the caller and freed with feltbog_error_free. Results come through out-parameters, which are
 *    set to zero, NULL or empty when there is an error. An out-parameter must not be NULL
 *    (invalid_argument).
 * 3. Text is UTF-8 given as pointer and length in bytes, without a terminating zero; what is not
 *    UTF-8 is refused (invalid_argument). NULL with length 0 is empty. What is passed in is
 *    borrowed for the call only. feltbog_bytes that come out are owned by the caller and freed with
 *    feltbog_bytes_free.
 * 4. Structured values are CBOR in the deterministic encoding of RFC 8949, section 4.2: null,
 *    booleans, 64-bit integers, byte strings, text, lists, and maps with text keys. New fields may
 *    be added to a result; readers skip what they do not know.
 * 5. A family is used by one thread at a time, any thread. A call that meets another one in
 *    progress changes nothing and returns `busy`; so does a call made from within a hardware-key
 *    callback. Different families are independent of each other.
 * 6. NULL and closed handles give `closed_handle`, never a crash. Handles are names, not addresses,
 *    and a closed one is not given out again soon (after millions of others at the earliest).
 * 7. size_t is used for lengths of memory; every other integer has a fixed width. Booleans are
 *    uint8_t, 0 or 1. Times that are passed in are milliseconds.
 */
#ifndef FELTBOG_H
#define FELTBOG_H

#include "feltbog_attachment.h"
#include "feltbog_editor.h"
#include "feltbog_error.h"
#include "feltbog_sync.h"
#include "feltbog_workspace.h"

#endif
