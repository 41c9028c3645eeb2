// SPDX-License-Identifier: Apache-2.0
// Main file and log changed at will: the database opens with the rows it had, or with an error.
#include <algorithm>

#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;

namespace {

struct Target {
  testing::MemoryDisk disk;
  Target() {
    testing::MemoryDisk alive;
    SeededRandom random(1);
    auto database = open_store(alive, random).value();
    FELTBOG_ASSERT(database->exec("CREATE TABLE t(a)").has_value());
    FELTBOG_ASSERT(database->exec("INSERT INTO t VALUES (printf('%.6000c', 'x'))").has_value());
    FELTBOG_ASSERT(database->checkpoint().has_value());
    FELTBOG_ASSERT(database->exec("UPDATE t SET a = a || '!'").has_value());
    FELTBOG_ASSERT(database->exec("UPDATE t SET a = a || '!'").has_value());
    for (const char* path : {kPath, kLogPath}) disk.set_content(path, alive.content(path));
  }
};

// Edits of four bytes each: file and place (three bytes), and what is written there.
void edit(testing::MemoryDisk& disk, BytesView edits) {
  Bytes files[] = {disk.content(kPath), disk.content(kLogPath)};
  for (std::size_t at = 0; at + 4 <= edits.size(); at += 4) {
    Bytes& file = files[edits[at] & 1];
    const std::size_t place = (edits[at] >> 1) * 65536U + edits[at + 1] * 256U + edits[at + 2];
    if (place < file.size()) file[place] = edits[at + 3];
  }
  disk.set_content(kPath, files[0]);
  disk.set_content(kLogPath, files[1]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Target target;
  auto disk = target.disk.clone();
  edit(*disk, {data, std::min<std::size_t>(size, 64)});
  SeededRandom random(2);
  auto database = open_store(*disk, random);
  if (!database) return 0;
  const std::int64_t length = integer_of(**database, "SELECT length(a) FROM t");
  // 6001 where the last transaction may be taken for torn; -1 is an error.
  FELTBOG_ASSERT(length == 6002 || length == 6001 || length == -1);
  return 0;
}
