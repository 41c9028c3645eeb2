// SPDX-License-Identifier: Apache-2.0
// bench_store [--json] [--only WORKLOAD] [--rounds N]: our store beside plain SQLite and other
// encryptions of it, on the same statements. Rounds are interleaved, so that a busy machine slows
// all alike; every figure is a median.
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

#include "core/crypto/aead_key.h"
#include "tests/bench/store_concurrency.h"
#include "tests/bench/store_speedtest.h"
#include "tests/bench/store_workload.h"

namespace feltbog::bench {
namespace {

constexpr int kRoundsDefault = 7;
constexpr int kCacheKibibytes = 2048;
constexpr double kOverheadGoal = 1.10;  // over plain plus the cipher's own time
constexpr double kOpenGoalMilliseconds = 5;
constexpr double kMemoryGoalKibibytes = 1024;

struct Options {
  bool json = false;
  int rounds = kRoundsDefault;
  std::string only;
};

struct Bench {
  Options options;
  std::vector<std::unique_ptr<Engine>> engines;  // plain first, then ours, then the peers
  std::size_t ours = 0;                          // how many of them are ours
  std::filesystem::path folder;
  std::vector<Row> rows;
  std::vector<double> cipher_seconds;  // per page, one for each of ours

  bool wants(const std::string& key) const { return options.only.empty() || options.only == key; }
  std::string ours_name(std::size_t engine) const { return " (" + engines[engine]->name() + ")"; }
};

std::string fresh_folder(const Bench& bench) {
  const auto path = bench.folder / "fresh";
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path.string();
}

std::string archive_folder(const Bench& bench, std::size_t engine) {
  return (bench.folder / ("archive" + std::to_string(engine))).string();
}

Measured measure(const Bench& bench, const Workload& workload, std::size_t engine) {
  const std::string folder =
      workload.on_archive ? archive_folder(bench, engine) : fresh_folder(bench);
  const auto session = bench.engines[engine]->open(folder, {workload.durable, kCacheKibibytes});
  if (workload.prepare) workload.prepare(*session);
  const std::uint64_t pages_before = session->pages_ciphered();
  Measured out;
  out.span = time_of([&] { workload.work(*session); });
  out.pages_ciphered = session->pages_ciphered() - pages_before;
  return out;
}

using Rounds = std::vector<std::vector<Measured>>;  // by engine, then by round

Rounds measure_all(const Bench& bench, const Workload& workload) {
  Rounds out(bench.engines.size());
  const int count = bench.options.rounds * workload.rounds_factor;
  for (int round = 0; round < count; ++round) {
    for (std::size_t i = 0; i < bench.engines.size(); ++i) {
      // Another one goes first each time.
      const std::size_t engine = (i + static_cast<std::size_t>(round)) % bench.engines.size();
      out[engine].push_back(measure(bench, workload, engine));
    }
  }
  return out;
}

template <class Value>
double median_of(std::size_t rounds, Value value) {
  std::vector<double> values;
  for (std::size_t round = 0; round < rounds; ++round) values.push_back(value(round));
  return median(values);
}

void add_rows(Bench& bench, const Workload& workload, const Rounds& rounds, std::size_t engine) {
  const auto seconds = [&](std::size_t which, std::size_t round) {
    const Span& span = rounds[which][round].span;
    return workload.wall ? span.wall : span.cpu;
  };
  const std::size_t count = rounds[engine].size();
  Row row;
  row.name = workload.name + bench.ours_name(engine);
  row.unit = workload.wall ? "ms wall" : "ms CPU";
  row.ours = 1e3 * median_of(count, [&](std::size_t i) { return seconds(engine, i); });
  for (std::size_t peer = 0; peer < bench.engines.size(); ++peer) {
    if (peer >= 1 && peer <= bench.ours) continue;
    row.peer = bench.engines[peer]->name();
    row.theirs = 1e3 * median_of(count, [&](std::size_t i) { return seconds(peer, i); });
    row.ratio =
        median_of(count, [&](std::size_t i) { return seconds(engine, i) / seconds(peer, i); });
    row.goal.reset();
    if (peer == 0) row.goal = engine == 1 ? workload.goal_libsodium : workload.goal_faster;
    bench.rows.push_back(row);
  }
  if (workload.wall || rounds[engine][0].pages_ciphered == 0) return;
  const double cipher = bench.cipher_seconds[engine - 1];
  const auto floor = [&](std::size_t i) {
    return seconds(0, i) + cipher * static_cast<double>(rounds[engine][i].pages_ciphered);
  };
  row.peer = "plain + cipher";
  row.theirs = 1e3 * median_of(count, floor);
  row.ratio = median_of(count, [&](std::size_t i) { return seconds(engine, i) / floor(i); });
  row.goal = kOverheadGoal;
  bench.rows.push_back(row);
}

// The peers' own ratios over plain SQLite, for the reader to compare.
void add_peer_rows(Bench& bench, const Workload& workload, const Rounds& rounds) {
  for (std::size_t peer = bench.ours + 1; peer < bench.engines.size(); ++peer) {
    const auto seconds = [&](std::size_t which, std::size_t i) {
      return workload.wall ? rounds[which][i].span.wall : rounds[which][i].span.cpu;
    };
    const std::size_t count = rounds[peer].size();
    Row row;
    row.name = workload.name + " (" + bench.engines[peer]->name() + ")";
    row.unit = workload.wall ? "ms wall" : "ms CPU";
    row.ours = 1e3 * median_of(count, [&](std::size_t i) { return seconds(peer, i); });
    row.peer = bench.engines[0]->name();
    row.theirs = 1e3 * median_of(count, [&](std::size_t i) { return seconds(0, i); });
    row.ratio = median_of(count, [&](std::size_t i) { return seconds(peer, i) / seconds(0, i); });
    bench.rows.push_back(row);
  }
}

void add_workload(Bench& bench, const Workload& workload) {
  const Rounds rounds = measure_all(bench, workload);
  for (std::size_t engine = 1; engine <= bench.ours; ++engine) {
    add_rows(bench, workload, rounds, engine);
  }
  add_peer_rows(bench, workload, rounds);
}

// Pages are counted nowhere in it, so the row over plain and cipher is left out.
void add_speedtest(Bench& bench) {
  const Workload workload{"speedtest", "SQLite's speedtest1", false, false, false, 2.0, 1.6, {},
                          {}};
  Rounds rounds(bench.engines.size());
  for (int round = 0; round < bench.options.rounds; ++round) {
    for (std::size_t engine = 0; engine < bench.engines.size(); ++engine) {
      const auto span =
          run_speedtest(*bench.engines[engine], fresh_folder(bench), FELTBOG_PEERS_FOLDER);
      if (!span) {
        std::fprintf(stderr, "bench: no speedtest1 for %s, its rows are left out\n",
                     bench.engines[engine]->name().c_str());
        return;
      }
      rounds[engine].push_back({*span, 0});
    }
  }
  for (std::size_t engine = 1; engine <= bench.ours; ++engine) {
    add_rows(bench, workload, rounds, engine);
  }
  add_peer_rows(bench, workload, rounds);
}

void fill_archives(const Bench& bench) {
  for (std::size_t engine = 0; engine < bench.engines.size(); ++engine) {
    const std::string folder = archive_folder(bench, engine);
    std::filesystem::create_directories(folder);
    fill_archive(*bench.engines[engine]->open(folder, {false, kCacheKibibytes}));
  }
}

// Opening the big database with its key at hand, and reading a first and a last page.
void add_opening(Bench& bench) {
  std::vector<std::vector<double>> milliseconds(bench.engines.size());
  for (int round = 0; round < bench.options.rounds; ++round) {
    for (std::size_t engine = 0; engine < bench.engines.size(); ++engine) {
      std::unique_ptr<Session> session;
      const Span span = time_of([&] {
        session = bench.engines[engine]->open(archive_folder(bench, engine), {true, 2048});
        touch_archive(*session);
      });
      milliseconds[engine].push_back(1e3 * span.wall);
    }
  }
  for (std::size_t engine = 1; engine <= bench.ours; ++engine) {
    Row row;
    row.name = "open 139 MB, first reads" + bench.ours_name(engine);
    row.unit = "ms wall";
    row.ours = median(milliseconds[engine]);
    row.goal = kOpenGoalMilliseconds;
    bench.rows.push_back(row);
  }
}

double heap_kibibytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / 1024;
}

// What the heap holds beyond SQLite's page cache after reading and writing a lot.
void add_memory(Bench& bench) {
  for (std::size_t engine = 1; engine <= bench.ours; ++engine) {
    const double before = heap_kibibytes();
    const auto session =
        bench.engines[engine]->open(archive_folder(bench, engine), {false, kCacheKibibytes});
    session->exec("CREATE TABLE IF NOT EXISTS more(body TEXT)");
    auto insert = session->query("INSERT INTO more SELECT body FROM notes WHERE id < 1000");
    insert->step();
    insert->reset();
    for (const auto& workload : make_workloads()) {
      if (workload.on_archive) workload.work(*session);
    }
    Row row;
    row.name = "heap beyond the page cache" + bench.ours_name(engine);
    row.unit = "KiB";
    row.ours = heap_kibibytes() - before - kCacheKibibytes;
    row.goal = kMemoryGoalKibibytes;
    bench.rows.push_back(row);
  }
}

// Sealing and opening one frame's worth, per page, half and half.
double measure_cipher(crypto::AeadProvider provider) {
  constexpr int kPages = 4000;
  constexpr std::size_t kSize = 4056;
  const crypto::AeadKey key(crypto::Key(), provider);
  const crypto::Nonce nonce;
  crypto::Tag tag;
  Bytes page(kSize);
  const Bytes additional(48);
  std::vector<double> seconds;
  for (int round = 0; round < 9; ++round) {
    const Span span = time_of([&] {
      for (int i = 0; i < kPages; ++i) {
        key.seal(nonce, additional, page, page, tag);
        if (!key.open(nonce, additional, page, tag, page)) give_up("cipher");
      }
    });
    seconds.push_back(span.cpu / (2 * kPages));
  }
  return median(seconds);
}

void run(Bench& bench) {
  for (std::size_t engine = 1; engine <= bench.ours; ++engine) {
    const double seconds =
        measure_cipher(engine == 1 ? crypto::AeadProvider::sodium : crypto::AeadProvider::openssl);
    bench.cipher_seconds.push_back(seconds);
    Row row;
    row.name = "cipher, one page" + bench.ours_name(engine);
    row.unit = "us CPU";
    row.ours = 1e6 * seconds;
    bench.rows.push_back(row);
  }
  const auto workloads = make_workloads();
  const bool reads = std::any_of(workloads.begin(), workloads.end(), [&](const Workload& one) {
    return one.on_archive && bench.wants(one.key);
  });
  if (reads || bench.wants("open") || bench.wants("memory")) fill_archives(bench);
  for (const Workload& workload : workloads) {
    if (bench.wants(workload.key)) add_workload(bench, workload);
  }
  if (bench.wants("group")) {
    bench.rows.push_back(measure_group_commit(fresh_folder(bench), bench.options.rounds));
  }
  if (bench.wants("reader")) {
    bench.rows.push_back(measure_reader(fresh_folder(bench), bench.options.rounds));
  }
  if (bench.wants("speedtest")) add_speedtest(bench);
  if (bench.wants("open")) add_opening(bench);
  if (bench.wants("memory")) add_memory(bench);
}

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const bool has_value = i + 1 < count;
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--only" && has_value) {
      options.only = arguments[++i];
    } else if (argument == "--rounds" && has_value) {
      options.rounds = std::max(1, std::atoi(arguments[++i]));
    } else {
      give_up("usage: bench_store [--json] [--only WORKLOAD] [--rounds N]");
    }
  }
  return options;
}

int run_main(int count, char** arguments) {
  Bench bench;
  bench.options = read_options(count, arguments);
  bench.engines.push_back(make_plain_engine());
  for (auto& engine : make_our_engines()) bench.engines.push_back(std::move(engine));
  bench.ours = bench.engines.size() - 1;
  for (auto& engine : make_peer_engines(FELTBOG_PEERS_FOLDER)) {
    bench.engines.push_back(std::move(engine));
  }
  std::string name = (std::filesystem::temp_directory_path() / "feltbog-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) give_up("no temporary folder");
  bench.folder = name;
  run(bench);
  std::filesystem::remove_all(bench.folder);
  bench.options.json ? print_json(bench.rows) : print_table(bench.rows);
  return 0;
}

}  // namespace
}  // namespace feltbog::bench

int main(int count, char** arguments) { return feltbog::bench::run_main(count, arguments); }
