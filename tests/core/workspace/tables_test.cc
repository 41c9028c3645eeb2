// SPDX-License-Identifier: Apache-2.0
// Databases of every released schema are brought up to date.
#include "core/workspace/tables.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "core/workspace/core.h"
#include "core/workspace/workspace.h"
#include "tests/support/test_device.h"

namespace feltbog::workspace {
namespace {

using testing::parameters;

constexpr const char* kPath = "device.db";

// A device's database as a program of that version left it: its statements, and then its rows.
std::string statements_of(int version) {
  std::ifstream in(std::string(FELTBOG_SOURCE_DIR) + "/tests/vectors/workspace/device-v" +
                   std::to_string(version) + ".sql");
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Device {
  testing::MemoryDisk disk;
  testing::ManualClock clock;
  testing::SeededRandom random{5};
  crypto::Key key;

  explicit Device(int version) {
    const auto database = store::Database::open(disk, kPath, key, random);
    REQUIRE(database);
    REQUIRE((*database)->exec(statements_of(version)));
    REQUIRE((*database)->exec("PRAGMA user_version = " + std::to_string(version)));
  }
  std::unique_ptr<Workspace> open() {
    auto opened = Workspace::open({&disk, &clock, &random}, kPath, key);
    REQUIRE(opened);
    return std::move(opened).value();
  }
};

Value call(Workspace& workspace, std::string_view command, const Value& given) {
  const auto result = workspace.call(command, given, {casework::Language::english, std::nullopt});
  REQUIRE(result);
  return *result;
}

void check_whole(Workspace& workspace) {
  CHECK(workspace.stage() == Stage::founding);
  const Value cases = call(workspace, "case.list", {});
  REQUIRE(cases.items().size() == 1);
  const std::string id = cases.items()[0]["id"].text_or("");
  CHECK(cases.items()[0]["title"] == Value("Åse Fiktiv"));
  const Value note = call(workspace, "note.show", parameters("case", id, "note", "Besøg"));
  CHECK(note["text"] == Value("Blåbærgrød 🫐 til frokost."));
  CHECK(note["by"] == Value("Karen"));
  CHECK(call(workspace, "note.list", parameters("case", id)).items().size() == 41);
  CHECK(call(workspace, "search", parameters("words", "frokost")).items().size() == 1);
  CHECK(workspace.has_local_work());
}

}  // namespace

TEST_CASE("a database of version 1 loses nothing, and opens its files quickly from then on") {
  Device device(1);
  auto workspace = device.open();
  check_whole(*workspace);
  const auto version = store::schema_version(*workspace->core().database);
  REQUIRE(version);
  CHECK(*version == static_cast<std::int64_t>(workspace_migrations().size()));
  REQUIRE(workspace->rest());
  workspace.reset();
  workspace = device.open();
  check_whole(*workspace);
  for (const auto& [space, log] : workspace->core().membership.spaces()) {
    if (!ledger::is_file(log.state.kind())) continue;
    CHECK((*workspace->core().files.open(space))->saved_changes > 40);
  }
}

TEST_CASE("power cut anywhere while a database of version 1 is brought up to date loses nothing") {
  Device device(1);
  device.disk.start_recording();
  device.open().reset();
  for (std::uint64_t changes = 0; changes <= device.disk.change_count(); ++changes) {
    const auto image = device.disk.image_at(changes, testing::CrashPolicy::random_sectors, changes);
    auto opened = Workspace::open({image.get(), &device.clock, &device.random}, kPath, device.key);
    REQUIRE(opened);
    check_whole(**opened);
  }
}

}  // namespace feltbog::workspace
