/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a note into an encrypted folder and reads it back, through feltbog.h alone.
 *
 *   note FOLDER PASSPHRASE INVITE TEXT
 *
 * INVITE is what `feltbogd init` printed. No server is needed to write: the note waits for the
 * first sync. Run again, it adds another note to another file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feltbog.h"

enum { kMapBytesMax = 4096 };

/* Parameters are a CBOR map from text to text, keys in order of length and then of bytes. */
typedef struct map {
  uint8_t bytes[kMapBytesMax];
  size_t size;
} map;

/* A CBOR head: major type 3 is text, 5 is a map. */
static void put_head(map* to, unsigned major, size_t count) {
  const uint8_t kind = (uint8_t)(major << 5);
  if (count < 24) {
    to->bytes[to->size++] = (uint8_t)(kind | count);
  } else if (count < 256) {
    to->bytes[to->size++] = kind | 24;
    to->bytes[to->size++] = (uint8_t)count;
  } else {
    to->bytes[to->size++] = kind | 25;
    to->bytes[to->size++] = (uint8_t)(count >> 8);
    to->bytes[to->size++] = (uint8_t)count;
  }
}

static void put_text(map* to, const char* text) {
  const size_t size = strlen(text);
  if (size > kMapBytesMax - to->size - 3) {
    fprintf(stderr, "too long for this example\n");
    exit(2);
  }
  put_head(to, 3, size);
  memcpy(to->bytes + to->size, text, size);
  to->size += size;
}

/* Finds the text that follows a key in a CBOR map of short keys. A real app uses a CBOR library. */
static const uint8_t* find_text(const feltbog_bytes* in, const char* key, size_t* size) {
  const size_t key_size = strlen(key);
  for (size_t at = 0; at + key_size + 1 < in->size; ++at) {
    if (in->data[at] != (0x60 | key_size) || memcmp(in->data + at + 1, key, key_size) != 0)
      continue;
    const uint8_t* head = in->data + at + 1 + key_size;
    const unsigned form = *head & 31;
    if (*head >> 5 != 3 || form > 25) return NULL;
    const size_t head_size = form < 24 ? 1 : form == 24 ? 2 : 3;
    *size = form < 24 ? form : form == 24 ? head[1] : (size_t)(head[1] << 8 | head[2]);
    return head + head_size;
  }
  return NULL;
}

/* Says what went wrong, and leaves. */
static void check(feltbog_error* error) {
  if (error == NULL) return;
  fprintf(stderr, "%s [%s %d] %s\n", feltbog_error_text(error), feltbog_error_name(error),
          (int)feltbog_error_number(error), feltbog_error_detail(error));
  feltbog_error_free(error);
  exit(1);
}

static feltbog_bytes call(feltbog_workspace* workspace, const char* command, const map* with) {
  feltbog_bytes out;
  check(feltbog_workspace_call(workspace, command, strlen(command), with->bytes, with->size, NULL,
                               &out));
  return out;
}

/* Opens the folder; the first time, makes the database and an organisation of one. */
static feltbog_workspace* open_workspace(const char* folder, const char* passphrase,
                                         const char* invite) {
  feltbog_workspace* workspace = NULL;
  uint8_t exists = 0;
  check(feltbog_workspace_open(folder, strlen(folder), NULL, &workspace));
  check(feltbog_workspace_exists(workspace, &exists));
  if (exists) {
    check(feltbog_workspace_unlock(workspace, FELTBOG_SECRET_PASSPHRASE, passphrase,
                                   strlen(passphrase)));
    return workspace;
  }
  check(feltbog_workspace_create(workspace, FELTBOG_SECRET_PASSPHRASE, passphrase,
                                 strlen(passphrase)));
  check(feltbog_workspace_found(workspace, invite, strlen(invite), "Example", 7));
  return workspace;
}

/* The id that a command answered, as text of its own. */
static void copy_id(const feltbog_bytes* from, const char* key, char* id, size_t id_max) {
  size_t size = 0;
  const uint8_t* text = find_text(from, key, &size);
  if (text == NULL || size >= id_max) {
    fprintf(stderr, "no %s in the answer\n", key);
    exit(1);
  }
  memcpy(id, text, size);
  id[size] = 0;
}

static void write_note(feltbog_workspace* workspace, const char* text, char* file, char* note,
                       size_t id_max) {
  map with = {{0}, 0};
  put_head(&with, 5, 1);
  put_text(&with, "citizen");
  put_text(&with, "Borger Eksempel");
  feltbog_bytes made = call(workspace, "case.new", &with);
  copy_id(&made, "case", file, id_max);
  feltbog_bytes_free(&made);

  with.size = 0;
  put_head(&with, 5, 2);
  put_text(&with, "case");
  put_text(&with, file);
  put_text(&with, "text");
  put_text(&with, text);
  made = call(workspace, "note.write", &with);
  copy_id(&made, "note", note, id_max);
  feltbog_bytes_free(&made);
}

static void print_note(feltbog_workspace* workspace, const char* file, const char* note) {
  map with = {{0}, 0};
  put_head(&with, 5, 2);
  put_text(&with, "case");
  put_text(&with, file);
  put_text(&with, "note");
  put_text(&with, note);
  feltbog_bytes shown = call(workspace, "note.show", &with);
  size_t size = 0;
  const uint8_t* text = find_text(&shown, "text", &size);
  if (text != NULL) fwrite(text, 1, size, stdout);
  fputc('\n', stdout);
  feltbog_bytes_free(&shown);
}

int main(int argc, char** argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: note FOLDER PASSPHRASE INVITE TEXT\n");
    return 2;
  }
  char file[128];
  char note[128];
  feltbog_workspace* workspace = open_workspace(argv[1], argv[2], argv[3]);
  write_note(workspace, argv[4], file, note, sizeof file);
  check(feltbog_workspace_lock(workspace));
  check(feltbog_workspace_unlock(workspace, FELTBOG_SECRET_PASSPHRASE, argv[2], strlen(argv[2])));
  print_note(workspace, file, note);
  check(feltbog_workspace_close(workspace));
  return 0;
}
