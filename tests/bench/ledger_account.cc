// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/ledger_account.h"

#include <cstdio>

#include "core/base/compress.h"
#include "core/ledger/run_batch.h"
#include "core/store/database.h"
#include "core/workspace/core.h"
#include "tests/bench/ledger_runs.h"
#include "tests/support/test_device.h"

namespace feltbog::bench {
namespace {

constexpr std::size_t kChanges = 2000;
constexpr double kWireGoalBytes = 120;
constexpr double kRestGoalBytes = 250;

std::size_t compressed_size(const TypedRuns& typed) {
  std::size_t out = 0;
  for (const Bytes& payload : typed.payloads) out += compress(payload).size();
  return out;
}

std::size_t batch_size(const TypedRuns& typed) {
  std::size_t out = 0;
  for (std::size_t at = 0; at < typed.runs.size(); at += ledger::kRunsPerBatchMax) {
    const std::size_t count = std::min(ledger::kRunsPerBatchMax, typed.runs.size() - at);
    out += ledger::encode_run_batch(std::span(typed.runs).subspan(at, count)).value().size();
  }
  return out;
}

std::size_t stored_size(const TypedRuns& typed) {
  std::size_t out = 0;
  for (const ledger::SealedRun& run : typed.runs) out += run.encode().size();
  return out;
}

// By how much a device's main file grows when it is given the runs, each with its opened changes,
// as the inbox keeps them.
std::size_t growth(const TypedRuns& typed) {
  testing::TestDevice device(1);
  store::Database& database = *device.workspace().core().database;
  const auto file_size = [&] {
    if (!database.checkpoint()) give_up("checkpoint");
    return device.disk.content("device.db").size();
  };
  const std::size_t before = file_size();
  if (!database.exec("BEGIN")) give_up("begin");
  for (std::size_t index = 0; index < typed.runs.size(); ++index) {
    const ledger::RunHeader& header = typed.runs[index].header;
    const bool kept =
        database
            .run(
                "INSERT INTO run(space, writer, sequence, hash, run, own, sealed_at) "
                "VALUES(?1, ?2, ?3, ?4, ?5, 0, 1790000000000)",
                header.space, header.writer(), header.sequence, header.hash(),
                typed.runs[index].encode())
            .has_value() &&
        database
            .run(
                "INSERT INTO batch(space, writer, first_counter, change_count, recorded_at, run, "
                "body) VALUES(?1, ?2, ?3, ?4, 1790000000000, ?5, ?6)",
                header.space, header.writer(), header.first_counter, header.change_count,
                database.last_insert_id(), typed.payloads[index])
            .has_value() &&
        database
            .run("INSERT INTO run_order VALUES(?1, ?2, ?3, ?3)", header.space, index + 1,
                 header.hash())
            .has_value();
    if (!kept) give_up("a run cannot be kept");
  }
  if (!database.exec("COMMIT")) give_up("commit");
  return file_size() - before;
}

void print_line(const char* field, std::size_t batch, std::size_t stored) {
  std::printf("%-44s %10zu %10zu\n", field, batch, stored);
}

std::size_t size_of(const Bytes& encoded) { return encoded.size(); }

}  // namespace

std::vector<Row> account_rows() {
  std::vector<Row> rows;
  for (const std::size_t each : {std::size_t{1}, std::size_t{10}, std::size_t{100}}) {
    const TypedRuns typed(kChanges, each);
    const std::size_t content = compressed_size(typed);
    const auto add = [&](const char* where, std::size_t size, std::optional<double> goal) {
      Row row;
      row.name = std::string(where) + ", runs of " + std::to_string(each);
      row.unit = "B/change";
      row.ours = static_cast<double>(size - content) / static_cast<double>(kChanges);
      if (each == 10) row.goal = goal;
      rows.push_back(row);
    };
    add("overhead in a run_batch", batch_size(typed), kWireGoalBytes);
    add("overhead in a session", stored_size(typed), kWireGoalBytes);
    add("overhead at rest", growth(typed), kRestGoalBytes);
  }
  return rows;
}

void print_account() {
  const TypedRuns typed(kChanges, 10);
  // In the middle of a chain, where numbers have their usual length.
  const std::size_t at = typed.runs.size() / 2;
  const ledger::SealedRun& run = typed.runs[at];
  const ledger::RunHeader& header = run.header;
  const auto number = [](std::uint64_t value) { return size_of(CborWriter().uint(value).take()); };
  const auto ids = [](std::size_t each, std::size_t count) { return count * (each + 1); };
  const std::size_t hash = ids(33, 1);
  const std::size_t content = compress(typed.payloads[at]).size();
  const std::size_t length = number(content);
  const std::size_t padding = header.body_bytes - 40 - length - content;
  const std::size_t two =
      size_of(ledger::encode_run_batch(std::span(typed.runs).subspan(at - 1, 2)).value());
  const std::size_t one =
      size_of(ledger::encode_run_batch(std::span(typed.runs).subspan(at - 1, 1)).value());

  std::printf("\nThe account: one run of ten keystrokes, %zu bytes of changes, %zu compressed\n\n",
              typed.payloads[at].size(), content);
  std::printf("%-44s %10s %10s\n", "field", "run_batch", "stored");
  print_line("space, device", 0, ids(16, 2));
  print_line("incarnation, sequence, first counter", 0,
             number(header.incarnation) + number(header.sequence) + number(header.first_counter));
  print_line("previous run", 0, hash);
  print_line("heads' sequence numbers",
             number(header.space_head.sequence) + number(header.organisation_head.sequence),
             number(header.space_head.sequence) + number(header.organisation_head.sequence));
  print_line("heads' hashes", 0, 2 * hash);
  const std::size_t witness = 1 + ids(16, 1) + number(header.witness->position) + hash;
  print_line("witness", witness, witness);
  print_line("epoch, key id", 0, number(header.epoch) + ids(16, 1));
  print_line("retention, change count", number(header.retention) + number(header.change_count),
             number(header.retention) + number(header.change_count));
  print_line("body's length and hash", 0, number(header.body_bytes) + hash);
  print_line("signature", 66, 66);
  print_line("nonce, tag", 40, 40);
  print_line("content's length, padding", length + padding, length + padding);
  const std::size_t named = ids(16, 3) + number(header.incarnation) + number(header.sequence) +
                            number(header.first_counter) + 4 * hash + number(header.epoch) +
                            number(header.body_bytes);
  const std::size_t shared = number(header.space_head.sequence) +
                             number(header.organisation_head.sequence) + number(header.retention) +
                             number(header.change_count) + witness + 66 + 40 + length + padding;
  const std::size_t in_batch = two - one - content;
  const std::size_t stored = run.encode().size() - content;
  print_line("versions and CBOR heads", in_batch - shared, stored - shared - named);
  print_line("overhead of the run", in_batch, stored);
}

}  // namespace feltbog::bench
