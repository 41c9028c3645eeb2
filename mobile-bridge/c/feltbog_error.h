/* SPDX-License-Identifier: Apache-2.0 */
/* Errors, and bytes that the caller owns. The rules for all functions: feltbog.h. */
#ifndef FELTBOG_ERROR_H
#define FELTBOG_ERROR_H

#include <stddef.h> /* NOLINT(modernize-deprecated-headers): this is C */
#include <stdint.h> /* NOLINT(modernize-deprecated-headers): this is C */

#define FELTBOG_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif
/* NOLINTBEGIN(modernize-use-using, readability-identifier-naming): names of C */

/* What went wrong. May be read and freed on any thread. */
typedef struct feltbog_error feltbog_error;

/* Bytes owned by the caller. `data` is NULL when `size` is 0. */
typedef struct feltbog_bytes {
  uint8_t* data;
  size_t size;
} feltbog_bytes;

/* Error numbers. Never reused, never renumbered; a newer library may return numbers that are not in
 * this list. What each one means is what feltbog_error_text says. */
enum {
  FELTBOG_ERROR_INVALID_ARGUMENT = 1,
  FELTBOG_ERROR_UNKNOWN_COMMAND = 2,
  FELTBOG_ERROR_NOT_FOUND = 3,
  FELTBOG_ERROR_AMBIGUOUS = 4,
  FELTBOG_ERROR_ALREADY_EXISTS = 5,
  FELTBOG_ERROR_NOT_PERMITTED = 6,
  FELTBOG_ERROR_WRONG_STATE = 7,
  FELTBOG_ERROR_CLOSED_HANDLE = 8,
  FELTBOG_ERROR_CANCELLED = 9,
  FELTBOG_ERROR_IMMUTABLE = 10,
  FELTBOG_ERROR_FORGOTTEN = 11,
  FELTBOG_ERROR_ERASED = 12,
  FELTBOG_ERROR_WRONG_PASSPHRASE = 30,
  FELTBOG_ERROR_LOCKED = 31,
  FELTBOG_ERROR_TOO_MANY_TRIES = 32,
  FELTBOG_ERROR_BUSY = 33,
  FELTBOG_ERROR_WEAK_PASSPHRASE = 34,
  FELTBOG_ERROR_LEASE_LAPSED = 35,
  FELTBOG_ERROR_WRONG_CODE = 36,
  FELTBOG_ERROR_IO_ERROR = 50,
  FELTBOG_ERROR_DISK_FULL = 51,
  FELTBOG_ERROR_CORRUPT = 52,
  FELTBOG_ERROR_UNSUPPORTED_VERSION = 53,
  FELTBOG_ERROR_OUT_OF_MEMORY = 54,
  FELTBOG_ERROR_MALFORMED = 70,
  FELTBOG_ERROR_TRUNCATED = 71,
  FELTBOG_ERROR_LIMIT_EXCEEDED = 72,
  FELTBOG_ERROR_BAD_SIGNATURE = 73,
  FELTBOG_ERROR_DECRYPTION_FAILED = 74,
  FELTBOG_ERROR_MISSING_KEY = 75,
  FELTBOG_ERROR_BROKEN_CHAIN = 76,
  FELTBOG_ERROR_NOT_AUTHORISED = 77,
  FELTBOG_ERROR_UNKNOWN_KIND = 78,
  FELTBOG_ERROR_FORK_DETECTED = 79,
  FELTBOG_ERROR_MISSING_DEPENDENCY = 80,
  FELTBOG_ERROR_UNREACHABLE = 100,
  FELTBOG_ERROR_WRONG_SERVER = 101,
  FELTBOG_ERROR_INVITE_EXPIRED = 102,
  FELTBOG_ERROR_INVITE_USED = 103,
  FELTBOG_ERROR_INVITE_UNKNOWN = 104,
  FELTBOG_ERROR_AUTHENTICATION_FAILED = 105,
  FELTBOG_ERROR_PROTOCOL_ERROR = 106,
  FELTBOG_ERROR_CONFLICT = 107,
  FELTBOG_ERROR_QUOTA_EXCEEDED = 108,
  FELTBOG_ERROR_TIMED_OUT = 109,
  FELTBOG_ERROR_REVOKED = 110,
  FELTBOG_ERROR_INTERNAL = 250
};

/* The number; 0 for NULL. */
FELTBOG_API int32_t feltbog_error_number(const feltbog_error* error);

/* The stable name, "wrong_passphrase"; "" for NULL. Ends with a zero, lives as long as the program.
 */
FELTBOG_API const char* feltbog_error_name(const feltbog_error* error);

/* One English sentence that says what was wrong and what to do; "" for NULL. Ends with a zero,
 * lives as long as the program. */
FELTBOG_API const char* feltbog_error_text(const feltbog_error* error);

/* Ids, sizes, field names and system codes that narrow it down; "" when there are none. Never a
 * person's words, names or keys, so it may be logged. Ends with a zero, lives as long as the error.
 */
FELTBOG_API const char* feltbog_error_detail(const feltbog_error* error);

/* The name of a number, such as one in a sync event; "unknown" for one this library does not know.
 * Ends with a zero, lives as long as the program. */
FELTBOG_API const char* feltbog_error_name_of(int32_t number);

/* Frees an error. NULL is allowed. */
FELTBOG_API void feltbog_error_free(feltbog_error* error);

/* Overwrites the bytes with zeros, frees them and empties `bytes`, which may be NULL or empty. */
FELTBOG_API void feltbog_bytes_free(feltbog_bytes* bytes);

/* NOLINTEND(modernize-use-using, readability-identifier-naming) */
#ifdef __cplusplus
}
#endif

#endif
