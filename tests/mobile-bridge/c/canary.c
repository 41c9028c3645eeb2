/* SPDX-License-Identifier: Apache-2.0 */
/* Proves that feltbog.h is C: compiled as C11 with every warning. No tests in here. */
#include <string.h>

#include "feltbog.h"

int canary_is_c(void);

/* 1 when a small round through the interface goes as C expects it. */
int canary_is_c(void) {
  feltbog_host host = {sizeof host, NULL, NULL, NULL, NULL};
  feltbog_call_options options = {sizeof options, FELTBOG_LANGUAGE_ENGLISH, NULL, 0};
  feltbog_bytes out = {NULL, 0};
  feltbog_workspace* workspace = NULL;
  feltbog_error* error = feltbog_workspace_open("", 0, &host, &workspace);
  int good = workspace == NULL && feltbog_error_number(error) == FELTBOG_ERROR_INVALID_ARGUMENT;
  good = good && strcmp(feltbog_error_name(error), "invalid_argument") == 0;
  feltbog_error_free(error);
  error = feltbog_workspace_call(NULL, "status", 6, NULL, 0, &options, &out);
  good = good && feltbog_error_number(error) == FELTBOG_ERROR_CLOSED_HANDLE && out.data == NULL;
  feltbog_error_free(error);
  feltbog_bytes_free(&out);
  return good;
}
