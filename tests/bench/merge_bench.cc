// SPDX-License-Identifier: Apache-2.0
// bench_merge [--traces FOLDER] [--json] [--rounds N] [--no-peers]: whole editing sessions played
// by core/document and, in the same run, by other libraries (merge_peers.mjs). Sessions come from a
// folder of recorded ones or from a generator. Every figure is a median; every text is compared
// with what was recorded. All changes of a session claim one time: the libraries compared with keep
// none.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include "core/document/change_codec.h"
#include "core/document/history.h"
#include "core/document/saved_history.h"
#include "tests/bench/measure.h"
#include "tests/support/editing_session.h"

namespace feltbog::bench {
namespace {

using document::Change;
using document::DocumentId;
using document::History;
using document::SavedHistory;
using testing::EditingSession;

constexpr int kRoundsDefault = 7;
constexpr double kThird = 1.0 / 3;
constexpr double kTextReadyGoalMilliseconds = 1;
constexpr double kKeystrokesGoalBytes = 200;
constexpr double kIdleGoal = 2;  // times the text
constexpr double kCaseGoalMilliseconds = 10;
constexpr std::size_t kGeneratedKeystrokes = 250000;
constexpr std::size_t kGeneratedConcurrent = 26000;
constexpr std::size_t kCaseEntries = 2000;
constexpr const char* kFastest = "diamond-types";

struct Options {
  bool json = false;
  bool peers = true;
  int rounds = kRoundsDefault;
  std::string traces;
};

document::Schema schema() {
  document::Schema out;
  out.field(document::kRootKind, "body", document::Policy::text)
      .field("visit", "note", document::Policy::text)
      .field("visit", "outcome", document::Policy::multi_value)
      .field(document::kRootKind, "entries", document::Policy::log);
  return out;
}

template <class Work>
double median_milliseconds(int rounds, Work work) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) times.push_back(1e3 * time_of(work).wall);
  return median(times);
}

double heap_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

void expect(bool holds, const std::string& what) {
  if (!holds) give_up(what);
}

std::string text_of(const History& history) { return history.text({}, "body"); }

// Another's runs as they arrive: each one's own changes, as bytes.
struct Packet {
  WriterId writer;
  Bytes bytes;
};

std::vector<Packet> packets(const std::vector<Change>& changes, std::size_t each) {
  std::vector<Packet> out;
  std::map<WriterId, std::vector<Change>> by_writer;
  const auto send = [&](const WriterId& writer, std::vector<Change>& own) {
    if (!own.empty()) out.push_back({writer, document::encode_changes(writer, own).value()});
    own.clear();
  };
  for (const Change& change : changes) {
    std::vector<Change>& own = by_writer[change.id.writer];
    own.push_back(change);
    if (own.size() >= each) send(change.id.writer, own);
  }
  for (auto& [writer, own] : by_writer) send(writer, own);
  return out;
}

std::vector<Change> decode(const Packet& packet) {
  return document::decode_changes(packet.writer, packet.bytes).value();
}

// All of it at once.
void receive_all(History& history, const std::vector<Packet>& packets) {
  std::vector<Change> all;
  for (const Packet& packet : packets) {
    std::vector<Change> some = decode(packet);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  history.add_all(std::move(all));
}

struct Played {
  double batch = 0;
  double single = 0;
};

Played play_concurrent(const EditingSession& session, int rounds) {
  const std::vector<Change> changes = testing::to_changes(session);
  const std::vector<Packet> singles = packets(changes, 1);
  const std::vector<Packet> whole = packets(changes, document::kChangesPerBatchMax);
  Played out;
  out.batch = median_milliseconds(rounds, [&] {
    History history(schema());
    receive_all(history, whole);
    expect(text_of(history) == session.end_text, session.name + " in one batch: another text");
  });
  out.single = median_milliseconds(rounds, [&] {
    History history(schema());
    for (const Packet& packet : singles) {
      for (Change& change : decode(packet))
        expect(history.add(std::move(change)).has_value(), "add");
    }
    expect(text_of(history) == session.end_text, session.name + " one by one: another text");
  });
  return out;
}

Change change_of(const History& history, const WriterId& writer) {
  Change out = history.begin_change(writer, WallTime{1700000000000});
  out.ops.reserve(document::kOpsPerChangeMax);
  return out;
}

Played play_sequential(const EditingSession& session, int rounds) {
  WriterId writer;
  writer.bytes[0] = 1;
  Played out;
  out.batch = median_milliseconds(rounds, [&] {
    History history(schema());
    Change change = change_of(history, writer);
    for (const auto& one : session.transactions) {
      for (const auto& patch : one.patches) {
        if (change.ops.size() + 2 > document::kOpsPerChangeMax) {
          expect(history.add(std::move(change)).has_value(), "add");
          change = change_of(history, writer);
        }
        const auto put = [&](document::Action action) {
          change.ops.push_back({{}, "body", std::move(action)});
        };
        if (patch.erased > 0) put(document::Erase{patch.position, patch.erased});
        if (!patch.inserted.empty()) put(document::Insert{patch.position, patch.inserted});
      }
    }
    expect(history.add(std::move(change)).has_value(), "add");
    expect(text_of(history) == session.end_text, session.name + " in one batch: another text");
  });
  out.single = median_milliseconds(rounds, [&] {
    History history(schema());
    const WallTime time{1700000000000};
    for (const auto& one : session.transactions) {
      for (const auto& patch : one.patches) {
        const auto made = history.splice(
            writer, time, {{}, "body", patch.position, patch.erased, patch.inserted});
        expect(made.has_value(), "splice");
      }
    }
    expect(text_of(history) == session.end_text, session.name + " one by one: another text");
  });
  return out;
}

// What the other libraries measured: library and what -> value; null where one was stopped.
using Figures = std::map<std::pair<std::string, std::string>, std::optional<double>>;

Figures play_peers(const std::string& session, int rounds) {
  Figures out;
  const std::string modules = std::string(FELTBOG_PEERS_FOLDER) + "/merge";
  const std::string command = std::string("node '") + FELTBOG_BENCH_FOLDER + "/merge_peers.mjs' '" +
                              modules + "' '" + session + "' " + std::to_string(rounds);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) return out;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
    // Numbers come with fractions, which the value model of the product has no place for.
    const std::string text(line.data());
    const auto part = [&](const std::string& key) {
      const std::size_t at = text.find("\"" + key + "\":\"");
      if (at == std::string::npos) return std::string();
      const std::size_t begin = at + key.size() + 4;
      return text.substr(begin, text.find('"', begin) - begin);
    };
    if (text.find("\"wrong\"") != std::string::npos) {
      std::fprintf(stderr, "bench: left out: %s", text.c_str());
      continue;
    }
    const std::size_t value = text.find("\"value\":");
    if (value == std::string::npos) continue;
    std::optional<double>& figure = out[{part("peer"), part("what")}];
    if (text.compare(value + 8, 4, "null") != 0) figure = std::atof(text.c_str() + value + 8);
  }
  return out;
}

class Rows {
 public:
  explicit Rows(const Options& options) : options_(options) {}

  // Against each library; the goal counts against the one named, or the best one for an empty name.
  void compare(const std::string& name, const std::string& unit, double ours,
               const Figures& figures, const std::string& what, double goal,
               const std::string& judge) {
    std::string best;
    for (const auto& [key, value] : figures) {
      if (key.second != what || !value) continue;
      if (best.empty() || *value < *figures.at({best, what})) best = key.first;
    }
    bool any = false;
    for (const auto& [key, value] : figures) {
      if (key.second != what) continue;
      Row row{name, unit, ours, key.first, value, std::nullopt, std::nullopt};
      if (value) row.ratio = ours / *value;
      if (value && key.first == (judge.empty() ? best : judge)) row.goal = goal;
      if (!value) row.peer += " (stopped)";
      rows_.push_back(row);
      any = true;
    }
    if (!any) rows_.push_back({name, unit, ours, "-", {}, {}, {}});
  }

  void judge(const std::string& name, const std::string& unit, double ours, double goal) {
    rows_.push_back({name, unit, ours, "-", {}, {}, goal});
  }

  void print() const { options_.json ? print_json(rows_) : print_table(rows_); }

 private:
  const Options& options_;
  std::vector<Row> rows_;
};

// The session as a saved file: its size, and how soon its text is there.
void add_saved(Rows& rows, const EditingSession& session, const Figures& figures, int rounds) {
  Bytes saved;
  {
    History history(schema());
    history.add_all(testing::to_changes(session));
    saved = history.save();
  }
  rows.compare(session.name + ": saved", "bytes", static_cast<double>(saved.size()), figures,
               "saved", 1, "");
  const double ready = median_milliseconds(rounds, [&] {
    const auto opened = SavedHistory::open(saved);
    expect(opened && opened->text({}, "body").value() == session.end_text, "saved text");
  });
  rows.judge(session.name + ": text ready after loading", "ms", ready, kTextReadyGoalMilliseconds);
  const double loaded = median_milliseconds(rounds, [&] {
    const auto opened = SavedHistory::open(saved);
    auto history = opened->load(schema());
    expect(history && text_of(*history) == session.end_text, "loaded text");
  });
  rows.compare(session.name + ": whole history loaded", "ms", loaded, figures, "load", kThird,
               kFastest);
}

void add_keystrokes_and_memory(Rows& rows, const EditingSession& session, const Figures& figures) {
  Bytes saved;
  {
    History history(schema());
    history.add_all(testing::to_changes(session));
    saved = history.save();
  }
  const auto size = static_cast<double>(session.end_text.size());
  {
    const double before = heap_bytes();
    const auto opened = SavedHistory::open(saved);
    const std::string text = opened->text({}, "body").value();
    const double held = heap_bytes() - before;
    rows.judge(session.name + ": idle memory, history not loaded, of the text", "times",
               held / size, kIdleGoal);
  }
  const double before = heap_bytes();
  History history = SavedHistory::open(saved)->load(schema()).value();
  rows.judge(session.name + ": idle memory, history loaded, of the text", "times",
             (heap_bytes() - before) / size, kIdleGoal);
  WriterId writer;
  writer.bytes[0] = 200;
  std::vector<Change> typed;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::string letter(1, static_cast<char>('a' + i % 26));
    const auto id =
        history.splice(writer, WallTime{1700000500000}, {{}, "body", i, 0, letter}).value();
    typed.push_back(*history.find(id));
  }
  const Bytes sent = document::encode_changes(writer, typed).value();
  rows.compare(session.name + ": 100 keystrokes sent", "bytes", static_cast<double>(sent.size()),
               figures, "keystrokes", 1, "none");
  rows.judge(session.name + ": 100 keystrokes sent", "bytes", static_cast<double>(sent.size()),
             kKeystrokesGoalBytes);
}

void add_session(Rows& rows, const EditingSession& session, const Options& options,
                 const std::string& folder) {
  std::fprintf(stderr, "bench: %s, %zu patches\n", session.name.c_str(), session.patch_count());
  Figures figures;
  if (options.peers) {
    const std::string path = folder + "/session.json";
    std::ofstream(path, std::ios::binary) << testing::to_json(session);
    figures = play_peers(path, options.rounds);
  }
  const Played played = session.concurrent ? play_concurrent(session, options.rounds)
                                           : play_sequential(session, options.rounds);
  rows.compare(session.name + ": in one batch", "ms", played.batch, figures, "in one batch", kThird,
               kFastest);
  rows.compare(session.name + ": one by one", "ms", played.single, figures, "one by one", kThird,
               kFastest);
  add_saved(rows, session, figures, options.rounds);
  add_keystrokes_and_memory(rows, session, figures);
}

// A file of visits, each a document with an outcome and a note, and an entry in the file's log.
void add_case(Rows& rows, const Options& options) {
  History history(schema());
  WriterId writer;
  writer.bytes[0] = 7;
  const std::string note = "Borgeren åbnede ikke. Lagde en seddel med telefonnummer i postkassen. ";
  for (std::size_t i = 0; i < kCaseEntries; ++i) {
    Change change = history.begin_change(
        writer, WallTime{1700000000000 + static_cast<std::int64_t>(i) * 86400000});
    change.ops.push_back({{}, {}, document::Create{"visit"}});
    const DocumentId visit{change.id, 0};
    change.ops.push_back(
        {visit, "outcome", document::Set{Value(i % 3 == 0 ? "met" : "nobody home"), {}}});
    change.ops.push_back({visit, "note", document::Insert{0, note + std::to_string(i)}});
    change.ops.push_back({{}, "entries", document::Append{Value(static_cast<std::uint64_t>(i))}});
    expect(history.add(std::move(change)).has_value(), "case");
  }
  const Bytes saved = history.save();
  // Kept, so that closing is not measured with opening.
  std::vector<History> opened;
  const double milliseconds = median_milliseconds(options.rounds, [&] {
    auto loaded = SavedHistory::open(saved)->load(schema());
    expect(loaded && loaded->log({}, "entries").size() == kCaseEntries, "case");
    opened.push_back(std::move(*loaded));
  });
  rows.judge("a case of 2,000 entries opened", "ms", milliseconds, kCaseGoalMilliseconds);
}

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const bool has_value = i + 1 < count;
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--no-peers") {
      options.peers = false;
    } else if (argument == "--traces" && has_value) {
      options.traces = arguments[++i];
    } else if (argument == "--rounds" && has_value) {
      options.rounds = std::max(1, std::atoi(arguments[++i]));
    } else {
      give_up("usage: bench_merge [--traces FOLDER] [--json] [--rounds N] [--no-peers]");
    }
  }
  return options;
}

std::vector<EditingSession> sessions(const Options& options) {
  if (options.traces.empty()) {
    return {testing::generate_sequential(1, kGeneratedKeystrokes),
            testing::generate_two_authors(2, kGeneratedConcurrent, 20)};
  }
  auto read = testing::read_sessions(options.traces);
  if (!read || read->empty()) give_up("no sessions in " + options.traces);
  return std::move(read).value();
}

int run_main(int count, char** arguments) {
  const Options options = read_options(count, arguments);
  std::string folder = (std::filesystem::temp_directory_path() / "feltbog-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) give_up("no temporary folder");
  Rows rows(options);
  for (const EditingSession& session : sessions(options)) {
    add_session(rows, session, options, folder);
  }
  add_case(rows, options);
  std::filesystem::remove_all(folder);
  rows.print();
  return 0;
}

}  // namespace
}  // namespace feltbog::bench

int main(int count, char** arguments) { return feltbog::bench::run_main(count, arguments); }
