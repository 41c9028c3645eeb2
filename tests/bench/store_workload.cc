// SPDX-License-Identifier: Apache-2.0
// The statements of bench_store.
#include "tests/bench/store_workload.h"

namespace feltbog::bench {
namespace {

constexpr std::int64_t kNotes = 4000;
constexpr std::int64_t kDurableNotes = 40;
constexpr std::int64_t kRows = 100000;
constexpr std::int64_t kPointReads = 50000;
constexpr std::int64_t kArchiveNotes = 101500;  // three to a page: 139 MB
constexpr std::int64_t kDocuments = 12000;
constexpr std::size_t kNoteSize = 1024;

// SplitMix64, so that every engine gets the same work.
class Sequence {
 public:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 1;
};

// Words of a made-up language, often the same few, as in real notes.
std::string words(Sequence& sequence, std::size_t size) {
  std::string out;
  while (out.size() < size) {
    const std::uint64_t draw = sequence.next();
    std::uint64_t rank = draw % 64 < 48 ? (draw >> 8) % 200 : (draw >> 8) % 20000;
    for (std::uint64_t i = 0; i < 2 + rank % 4; ++i) {
      out += "bdfgklmnprstv"[rank % 13];
      out += "aeiou"[rank % 5];
      rank = rank / 3 + 7 * i;
    }
    out += ' ';
  }
  out.resize(size);
  return out;
}

void make_notes_table(Session& session) {
  session.exec("CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
}

void insert_notes(Session& session, std::int64_t count, bool each_its_transaction) {
  Sequence sequence;
  const std::string text = words(sequence, kNoteSize);
  auto insert = session.query("INSERT INTO notes(body) VALUES(?1)");
  if (!each_its_transaction) session.begin();
  for (std::int64_t i = 0; i < count; ++i) {
    if (each_its_transaction) session.begin();
    insert->bind(1, text);
    insert->step();
    insert->reset();
    if (each_its_transaction) session.commit();
  }
  if (!each_its_transaction) session.commit();
}

void make_rows_table(Session& session) {
  session.exec(
      "CREATE TABLE entries(id INTEGER PRIMARY KEY, place INTEGER, word TEXT);"
      "CREATE INDEX entries_place ON entries(place)");
}

void insert_rows(Session& session) {
  Sequence sequence;
  const std::string text = words(sequence, 100);
  auto insert = session.query("INSERT INTO entries(place, word) VALUES(?1, ?2)");
  session.begin();
  for (std::int64_t i = 0; i < kRows; ++i) {
    insert->bind(1, static_cast<std::int64_t>(sequence.next() % 1000000));
    insert->bind(2, text);
    insert->step();
    insert->reset();
  }
  session.commit();
}

void read_points(Session& session) {
  Sequence sequence;
  auto select = session.query("SELECT length(body) FROM notes WHERE id = ?1");
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < kPointReads; ++i) {
    select->bind(1, static_cast<std::int64_t>(1 + sequence.next() %
                                                      static_cast<std::uint64_t>(kArchiveNotes)));
    if (select->step()) sum += select->integer(0);
    select->reset();
  }
  if (sum != kPointReads * static_cast<std::int64_t>(kNoteSize)) give_up("point reads are wrong");
}

void scan(Session& session) {
  auto select = session.query("SELECT sum(id & 1) FROM notes");
  if (!select->step() || select->integer(0) != kArchiveNotes / 2) give_up("the scan is wrong");
}

void make_documents(Session& session) {
  session.exec(
      "CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT NOT NULL);"
      "CREATE VIRTUAL TABLE found USING fts5(body, content='')");
  Sequence sequence;
  auto insert = session.query("INSERT INTO notes(body) VALUES(?1)");
  session.begin();
  for (std::int64_t i = 0; i < kDocuments; ++i) {
    insert->bind(1, words(sequence, 400));
    insert->step();
    insert->reset();
  }
  session.commit();
}

void build_full_text(Session& session) {
  auto insert = session.query("INSERT INTO found(rowid, body) SELECT id, body FROM notes");
  session.begin();
  insert->step();
  insert->reset();
  session.commit();
}

}  // namespace

std::vector<Workload> make_workloads() {
  const auto notes = [](std::int64_t count) {
    return [count](Session& session) { insert_notes(session, count, true); };
  };
  return {
      {"notes", "1 KiB note per transaction, NORMAL", false, false, false, 1.6, 1.4,
       make_notes_table, notes(kNotes)},
      {"durable", "1 KiB note per transaction, FULL", true, true, false, 1.15, 1.1,
       make_notes_table, notes(kDurableNotes), 8},
      {"rows", "100,000 rows, one transaction", false, false, false, 1.5, 1.3, make_rows_table,
       insert_rows},
      {"points", "50,000 point reads, 2 MB cache", false, false, true, 2.0, 1.6, nullptr,
       read_points},
      {"scan", "scan of 139 MB", false, false, true, 2.7, 2.0, nullptr, scan},
      {"text", "full-text build", false, false, false, 1.25, 1.15, make_documents, build_full_text},
  };
}

void fill_archive(Session& session) {
  make_notes_table(session);
  insert_notes(session, kArchiveNotes, false);
}

void touch_archive(Session& session) {
  auto select = session.query("SELECT max(id) FROM notes WHERE body IS NOT NULL");
  if (!select->step() || select->integer(0) != kArchiveNotes) give_up("the archive is wrong");
}

}  // namespace feltbog::bench
