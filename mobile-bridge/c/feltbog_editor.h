/* SPDX-License-Identifier: Apache-2.0 */
/* One open note: splices go in at the revision the screen shows, others' words come back as
 * patches. The rules for all functions: feltbog.h. */
#ifndef FELTBOG_EDITOR_H
#define FELTBOG_EDITOR_H

#include "feltbog_workspace.h"

#ifdef __cplusplus
extern "C" {
#endif
/* NOLINTBEGIN(modernize-use-using, readability-identifier-naming): names of C */

typedef struct feltbog_editor feltbog_editor;

/* In which unit positions and counts are given. Java, Kotlin and JavaScript strings count UTF-16
 * code units. */
enum { FELTBOG_TEXT_UNIT_UTF8 = 0, FELTBOG_TEXT_UNIT_UTF16 = 1, FELTBOG_TEXT_UNIT_CODE_POINT = 2 };

/* Opens a note's body. `file` and `note` are what the commands take: an id or its beginning, or a
 * title. Errors: locked, not_found, ambiguous, immutable (the note is signed). */
FELTBOG_API feltbog_error* feltbog_editor_open(feltbog_workspace* workspace, const char* file,
                                               size_t file_size, const char* note, size_t note_size,
                                               int32_t unit, feltbog_editor** out);

/* The whole text, and the revision it stands at. Editor revisions are not workspace revisions. */
FELTBOG_API feltbog_error* feltbog_editor_text(feltbog_editor* editor, feltbog_bytes* text,
                                               uint64_t* revision);

/* Replaces `erased` units at `position` of the text as it was at revision `base` by `inserted`;
 * durable when it returns. Out comes a CBOR map {"revision", "patches"}: patches are maps
 * {"position", "erased", "inserted"}, to be applied one after another to a screen that has shown
 * its own splice already; it then stands at `revision`. Errors: invalid_argument (beyond the end,
 * inside a character, not UTF-8), wrong_state (base too old: take the text anew), immutable,
 * disk_full, io_error. */
FELTBOG_API feltbog_error* feltbog_editor_splice(feltbog_editor* editor, uint64_t base,
                                                 uint64_t position, uint64_t erased,
                                                 const char* inserted, size_t inserted_size,
                                                 feltbog_bytes* out);

/* Puts a mark on `length` units at `position` of the text as it was at revision `base`; durable
 * when it returns. `value` is CBOR; null, or empty, takes the mark of that name away. Marks on
 * whole letters; "list" and "heading" on whole lines. Errors: as feltbog_editor_splice. */
FELTBOG_API feltbog_error* feltbog_editor_mark(feltbog_editor* editor, uint64_t base,
                                               uint64_t position, uint64_t length, const char* name,
                                               size_t name_size, const uint8_t* value,
                                               size_t value_size);

/* The marks on the text: a CBOR list of maps {"position", "length", "name", "value"}, and the
 * revision it stands at. */
FELTBOG_API feltbog_error* feltbog_editor_marks(feltbog_editor* editor, feltbog_bytes* out,
                                                uint64_t* revision);

/* What happened since revision `base`, as above. Error: wrong_state (too old: take the text anew).
 */
FELTBOG_API feltbog_error* feltbog_editor_update_since(feltbog_editor* editor, uint64_t base,
                                                       feltbog_bytes* out);

/* Nothing is lost: every splice was durable. Error: busy, and then it stays open. */
FELTBOG_API feltbog_error* feltbog_editor_close(feltbog_editor* editor);

/* NOLINTEND(modernize-use-using, readability-identifier-naming) */
#ifdef __cplusplus
}
#endif

#endif
