// SPDX-License-Identifier: Apache-2.0
// The first block of the main file: whose database this is, how it is sealed, and whether a key
// fits. Written once, when the database is created; the pages behind it are core/store/page_file.h.
#pragma once

#include "core/store/geometry.h"
#include "core/store/page_cipher.h"

namespace feltbog::store {

struct StoreHeader {
  DatabaseId database;
  Suite suite = Suite::xchacha20_poly1305;
  std::uint32_t key_generation = 1;
};

// Error: unsupported_version, when this build cannot compute it.
Result<void> check_suite(Suite suite);

// Both copies of the header, kHeaderBlockSize bytes.
Bytes encode_header_block(const StoreHeader& header, const crypto::Key& master);

// Takes the first copy whose checksum holds. Errors: corrupt (neither holds, or not ours at all),
// unsupported_version (format, suite or geometry of a later version), decryption_failed (wrong
// key).
Result<StoreHeader> decode_header_block(BytesView block, const crypto::Key& master);

// SQLite's page 1 of a database with no tables, in WAL mode (sqlite.org/fileformat2.html). Made
// here so that SQLite never has to create a database: creation is one rename, no rollback journal
// is ever needed, and a file cut to nothing is damage, not a new database.
std::array<std::uint8_t, kPageSize> make_empty_first_page(Suite suite = Suite::xchacha20_poly1305);

}  // namespace feltbog::store
