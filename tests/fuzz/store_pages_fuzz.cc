// SPDX-License-Identifier: Apache-2.0
// Main file and log changed at will: the database opens with the rows it had, or with an error.
#include <algorithm>

#include "core/store/geometry.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;

namespace {

// As docs/store-format.md has them.
constexpr std::size_t kLogHeadSize = 64;
constexpr std::size_t kLogFrameSize = 4120;

// Where the frame begins that ends the first transaction in the log.
std::size_t first_commit_frame(BytesView log) {
  const auto ends_one = [&](std::size_t frame) {
    return get_big32(log.data() + frame + 4) != 0;  // the database's size
  };
  std::size_t frame = kLogHeadSize;
  while (!ends_one(frame)) frame += kLogFrameSize;
  return frame;
}

struct Target {
  testing::MemoryDisk disk;
  std::size_t first_commit = 0;
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
    first_commit = first_commit_frame(disk.content(kLogPath));
  }
};

// An edit of four bytes: file and place (three bytes), and what is written there.
struct Edit {
  bool in_log = false;
  std::size_t place = 0;
  std::uint8_t written = 0;
};

std::vector<Edit> edits_of(BytesView input) {
  std::vector<Edit> out;
  for (std::size_t at = 0; at + 4 <= input.size(); at += 4) {
    const std::size_t place = (input[at] >> 1) * 65536U + input[at + 1] * 256U + input[at + 2];
    out.push_back({(input[at] & 1) != 0, place, input[at + 3]});
  }
  return out;
}

void apply(testing::MemoryDisk& disk, const std::vector<Edit>& edits) {
  Bytes files[] = {disk.content(kPath), disk.content(kLogPath)};
  for (const Edit& edit : edits) {
    Bytes& file = files[edit.in_log ? 1 : 0];
    if (edit.place < file.size()) file[edit.place] = edit.written;
  }
  disk.set_content(kPath, files[0]);
  disk.set_content(kLogPath, files[1]);
}

// Whether the whole log may be taken for torn or empty, as docs/store-format.md says it may.
bool may_lose_log(const Target& target, const std::vector<Edit>& edits) {
  return std::any_of(edits.begin(), edits.end(), [&](const Edit& edit) {
    const bool in_head = edit.place < kLogHeadSize;
    const bool in_commit =
        edit.place >= target.first_commit && edit.place < target.first_commit + kLogFrameSize;
    return edit.in_log && (in_head || in_commit);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Target target;
  auto disk = target.disk.clone();
  const auto edits = edits_of({data, std::min<std::size_t>(size, 64)});
  apply(*disk, edits);
  SeededRandom random(2);
  auto database = open_store(*disk, random);
  if (!database) return 0;
  const std::int64_t length = integer_of(**database, "SELECT length(a) FROM t");
  // 6001 where the last transaction may be taken for torn; -1 is an error.
  FELTBOG_ASSERT(length == 6002 || length == 6001 || length == -1 ||
                 (length == 6000 && may_lose_log(target, edits)));
  return 0;
}
