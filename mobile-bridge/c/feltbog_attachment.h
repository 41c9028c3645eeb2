/* SPDX-License-Identifier: Apache-2.0 */
/* Photos and scanned letters as streams: one is either written or read. The rules for all
 * functions: feltbog.h. */
#ifndef FELTBOG_ATTACHMENT_H
#define FELTBOG_ATTACHMENT_H

#include "feltbog_workspace.h"

#ifdef __cplusplus
extern "C" {
#endif
/* NOLINTBEGIN(modernize-use-using, readability-identifier-naming): names of C */

typedef struct feltbog_attachment feltbog_attachment;

/* Begins one in a file. Nobody sees it until feltbog_attachment_finish; closed before that, what
 * was stored is removed. Errors: locked, not_found, ambiguous, invalid_argument. */
FELTBOG_API feltbog_error* feltbog_attachment_create(feltbog_workspace* workspace, const char* file,
                                                     size_t file_size, const char* name,
                                                     size_t name_size, const char* media_type,
                                                     size_t media_type_size,
                                                     feltbog_attachment** out);

/* Appends bytes, any number at a time. Errors: wrong_state (opened for reading, or finished),
 * limit_exceeded (200 MiB in all), disk_full, io_error. */
FELTBOG_API feltbog_error* feltbog_attachment_write(feltbog_attachment* attachment,
                                                    const uint8_t* data, size_t size);

/* Makes it part of the file; durable. Out comes a CBOR map {"case", "attachment", "size",
 * "chunks"}. Close the handle afterwards. Errors: wrong_state, disk_full, io_error. */
FELTBOG_API feltbog_error* feltbog_attachment_finish(feltbog_attachment* attachment,
                                                     feltbog_bytes* out);

/* Opens one for reading. `attachment` is an id or its beginning, or a name. Errors: locked,
 * not_found, ambiguous. */
FELTBOG_API feltbog_error* feltbog_attachment_open(feltbog_workspace* workspace, const char* file,
                                                   size_t file_size, const char* attachment,
                                                   size_t attachment_size,
                                                   feltbog_attachment** out);

/* Bytes in all. Error: wrong_state (being written). */
FELTBOG_API feltbog_error* feltbog_attachment_size(feltbog_attachment* attachment, uint64_t* out);

/* Error: wrong_state (being written). */
FELTBOG_API feltbog_error* feltbog_attachment_name(feltbog_attachment* attachment,
                                                   feltbog_bytes* out);

/* Up to `count` bytes from `offset`, at most 1 MiB at a time; none at the end. Errors: wrong_state
 * (being written; or not on this device yet, and then the next sync brings it), corrupt,
 * decryption_failed. */
FELTBOG_API feltbog_error* feltbog_attachment_read(feltbog_attachment* attachment, uint64_t offset,
                                                   size_t count, feltbog_bytes* out);

/* Error: busy, and then it stays open. */
FELTBOG_API feltbog_error* feltbog_attachment_close(feltbog_attachment* attachment);

/* NOLINTEND(modernize-use-using, readability-identifier-naming) */
#ifdef __cplusplus
}
#endif

#endif
