// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/ledger_member.h"

#include "core/store/database.h"
#include "core/workspace/naming.h"
#include "core/workspace/unit_of_work.h"
#include "tests/support/test_office.h"

namespace feltbog::bench {
namespace {

using testing::TestDevice;
using testing::TestOffice;

constexpr std::size_t kDevices = 50;
constexpr std::size_t kRunBytes = 700;  // about what ten changes take
constexpr std::size_t kAdditions = 5;   // for each median

void expect(bool holds, const char* what) {
  if (!holds) give_up(what);
}

struct Scene {
  TestOffice office;
  SpaceId space;
  std::vector<UserId> strangers;  // not in the file yet

  workspace::Core& core() { return office.desk().workspace().core(); }
  store::Database& database() { return *core().database; }
};

UserId user_of(TestDevice& device) { return device.workspace().core().user(); }

void furnish(Scene& scene) {
  std::vector<std::string> names;
  for (std::size_t number = 1; number < kDevices; ++number) {
    names.push_back("Member " + std::to_string(number));
    scene.office.add(names.back());
  }
  for (std::size_t number = 0; number < 2 * kAdditions + 1; ++number) {
    scene.strangers.push_back(user_of(scene.office.add("Stranger " + std::to_string(number))));
  }
  scene.space = TestOffice::space_of(scene.office.desk(), scene.office.refer(names));
  scene.office.sync(scene.office.desk());
  const auto& state = scene.core().membership.space(scene.space)->state;
  expect(state.epoch().holders.size() == kDevices, "not the devices that were meant");
}

// The bytes do not matter: nobody is to look at them.
void fill_runs(Scene& scene, std::size_t runs) {
  const auto filled = scene.database().run(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO run(space, writer, sequence, hash, run, own, sealed_at) "
      "SELECT ?2, x'00', i, randomblob(32), randomblob(?3), 0, 1790000000000 FROM n",
      runs, scene.space, kRunBytes);
  expect(filled.has_value(), "runs cannot be filled in");
}

double add_one(Scene& scene) {
  const UserId user = scene.strangers.back();
  scene.strangers.pop_back();
  const Span span = time_of([&] {
    workspace::UnitOfWork work(scene.core());
    work.add_members(scene.space, {{user, ledger::SpaceRole::writer}});
    expect(work.commit().has_value(), "a member cannot be added");
  });
  return 1e3 * span.wall;
}

double median_addition(Scene& scene) {
  std::vector<double> milliseconds;
  for (std::size_t i = 0; i < kAdditions; ++i) milliseconds.push_back(add_one(scene));
  return median(milliseconds);
}

void expect_no_look_at_runs(Scene& scene) {
  expect(scene.database().exec("ALTER TABLE run RENAME TO run_out_of_reach").has_value(),
         "the table of runs cannot be moved");
  expect(!scene.database().prepare("SELECT 1 FROM run").has_value(), "the table was not moved");
  add_one(scene);
  expect(scene.database().exec("ALTER TABLE run_out_of_reach RENAME TO run").has_value(),
         "the table of runs cannot be put back");
}

Row bytes_row(Scene& scene, const char* name, const char* column) {
  auto rows = scene.database().prepare(std::string("SELECT length(") + column +
                                       ") FROM space_record WHERE space = ?1 ORDER BY sequence "
                                       "DESC LIMIT 1");
  expect(rows.has_value(), "records cannot be read");
  const auto found = rows->bind_all(scene.space).step();
  expect(found && *found, "no record");
  Row row;
  row.name = name;
  row.unit = "bytes";
  row.ours = static_cast<double>(rows->integer(0));
  return row;
}

}  // namespace

std::vector<Row> member_rows(std::size_t runs) {
  Scene scene;
  furnish(scene);
  Row row;
  row.name = "add a member, 50 devices, " + std::to_string(runs) + " runs held";
  row.unit = "ms wall";
  row.peer = "the same, no run held";
  row.theirs = median_addition(scene);
  fill_runs(scene, runs);
  row.ours = median_addition(scene);
  row.ratio = row.ours / *row.theirs;
  expect_no_look_at_runs(scene);
  return {row, bytes_row(scene, "  its record", "record"),
          bytes_row(scene, "  its wraps, of one device", "wraps")};
}

}  // namespace feltbog::bench
