// SPDX-License-Identifier: Apache-2.0
// Reading, writing and making sessions.
#include "tests/support/editing_session.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "core/base/json.h"

namespace feltbog::testing {
namespace {

constexpr WallTime kSessionTime{1700000000000};

Result<std::string> read_plain(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::io_error, path};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<std::string> read_compressed(const std::string& path) {
  if (path.find('\'') != std::string::npos) return Error{ErrorCode::io_error, path};
  const std::string command = "gzip -dc '" + path + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) return Error{ErrorCode::io_error, path};
  std::string out;
  std::array<char, 1u << 16> part;
  for (std::size_t size = 1; size > 0;) {
    size = std::fread(part.data(), 1, part.size(), pipe.get());
    out.append(part.data(), size);
  }
  return out;
}

Result<SessionTransaction> read_transaction(const Value& value, bool concurrent, std::size_t at) {
  SessionTransaction out;
  out.author = static_cast<std::uint64_t>(value["agent"].integer_or(0));
  if (!concurrent && at > 0) out.parents = {at - 1};
  for (const Value& parent : value["parents"].items()) {
    const auto index = static_cast<std::size_t>(parent.integer_or(-1));
    if (index >= at) return Error{ErrorCode::malformed, "parents"};
    if (concurrent) out.parents.push_back(index);
  }
  for (const Value& patch : value["patches"].items()) {
    const Value::List& parts = patch.items();
    if (parts.size() != 3) return Error{ErrorCode::malformed, "patch"};
    out.patches.push_back({static_cast<std::uint64_t>(parts[0].integer_or(0)),
                           static_cast<std::uint64_t>(parts[1].integer_or(0)),
                           parts[2].text_or("")});
  }
  return out;
}

void put_start_in_front(EditingSession& session, const std::string& start) {
  for (SessionTransaction& one : session.transactions) {
    for (std::size_t& parent : one.parents) ++parent;
    if (one.parents.empty()) one.parents = {0};
  }
  session.transactions.insert(session.transactions.begin(), {{}, 0, {{0, 0, start}}});
}

}  // namespace

std::size_t EditingSession::patch_count() const {
  std::size_t out = 0;
  for (const SessionTransaction& one : transactions) out += one.patches.size();
  return out;
}

Result<EditingSession> read_session(const std::string& path) {
  const bool compressed = path.ends_with(".gz");
  FELTBOG_TRY(text, compressed ? read_compressed(path) : read_plain(path));
  FELTBOG_TRY(value, parse_json(text));
  EditingSession out;
  out.name = std::filesystem::path(path).filename().string();
  out.name = out.name.substr(0, out.name.find(".json"));
  out.concurrent = value["kind"].text_or("") == "concurrent";
  out.end_text = value["endContent"].text_or("");
  for (const Value& transaction : value["txns"].items()) {
    FELTBOG_TRY(one, read_transaction(transaction, out.concurrent, out.transactions.size()));
    out.transactions.push_back(std::move(one));
  }
  const std::string start = value["startContent"].text_or("");
  if (!start.empty()) put_start_in_front(out, start);
  return out;
}

Result<std::vector<EditingSession>> read_sessions(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".json") || path.ends_with(".json.gz")) paths.push_back(path);
  }
  if (problem) return Error{ErrorCode::io_error, folder};
  std::sort(paths.begin(), paths.end());
  std::vector<EditingSession> out;
  for (const std::string& path : paths) {
    FELTBOG_TRY(session, read_session(path));
    out.push_back(std::move(session));
  }
  return out;
}

std::string to_json(const EditingSession& session) {
  Value::List transactions;
  for (const SessionTransaction& one : session.transactions) {
    Value::List patches;
    for (const SessionPatch& patch : one.patches) {
      patches.push_back(Value::List{patch.position, patch.erased, patch.inserted});
    }
    Value::List parents;
    for (std::size_t parent : one.parents) parents.push_back(std::uint64_t{parent});
    Value transaction;
    transaction["agent"] = Value(one.author);
    if (session.concurrent) transaction["parents"] = Value(std::move(parents));
    transaction["patches"] = Value(std::move(patches));
    transactions.push_back(std::move(transaction));
  }
  Value out;
  if (session.concurrent) out["kind"] = Value("concurrent");
  out["endContent"] = Value(session.end_text);
  out["txns"] = Value(std::move(transactions));
  return feltbog::to_json(out);
}

namespace {

using document::Change;
using document::ChangeId;

// Turns transactions into changes. An author who wrote in two branches at once becomes two writers.
class Converter {
 public:
  explicit Converter(std::size_t ops_max) : ops_max_(ops_max) {}

  void add(const SessionTransaction& transaction, bool may_join) {
    Seen seen;
    for (std::size_t parent : transaction.parents) merge(seen, seen_[parent]);
    const std::size_t chain = chain_for(transaction.author, seen);
    if (!may_join || changes_.empty()) begin(chain, transaction, seen);
    for (const SessionPatch& patch : transaction.patches) {
      if (patch.erased > 0) put(document::Erase{patch.position, patch.erased}, chain);
      if (!patch.inserted.empty()) put(document::Insert{patch.position, patch.inserted}, chain);
    }
    seen.resize(std::max(seen.size(), chain + 1));
    seen[chain] = last_[chain].counter;
    seen_.push_back(std::move(seen));
    tips_.push_back(chain);
  }

  std::vector<Change> take() { return std::move(changes_); }

 private:
  using Seen = std::vector<std::uint64_t>;  // by chain: how many of its changes

  static void merge(Seen& into, const Seen& other) {
    into.resize(std::max(into.size(), other.size()));
    for (std::size_t i = 0; i < other.size(); ++i) into[i] = std::max(into[i], other[i]);
  }

  std::size_t chain_for(std::uint64_t author, const Seen& seen) {
    for (std::size_t chain = 0; chain < last_.size(); ++chain) {
      const std::uint64_t known = chain < seen.size() ? seen[chain] : 0;
      if (authors_[chain] == author && known == last_[chain].counter) return chain;
    }
    WriterId writer;
    for (std::size_t i = 0; i < 8; ++i) {
      writer.bytes[i] = static_cast<std::uint8_t>((author * 0x9E3779B97F4A7C15u) >> (8 * i));
    }
    writer.bytes[15] = static_cast<std::uint8_t>(author + 1);
    writer.bytes[14] = static_cast<std::uint8_t>(last_.size());
    authors_.push_back(author);
    last_.push_back({writer, 0});
    lamport_.push_back(0);
    return last_.size() - 1;
  }

  void begin(std::size_t chain, const SessionTransaction& transaction, const Seen& seen) {
    Change change;
    change.id = {last_[chain].writer, ++last_[chain].counter};
    change.recorded_at = kSessionTime;
    std::uint64_t lamport = lamport_[chain];
    for (std::size_t parent : transaction.parents) {
      const std::size_t other = tips_[parent];
      if (other == chain || covered(other, transaction, chain, seen)) continue;
      const ChangeId id{last_[other].writer, seen[other]};
      change.dependencies.push_back(id);
      lamport = std::max(lamport, lamports_[parent]);
    }
    std::sort(change.dependencies.begin(), change.dependencies.end());
    change.dependencies.erase(std::unique(change.dependencies.begin(), change.dependencies.end()),
                              change.dependencies.end());
    change.lamport = lamport_[chain] = lamport + 1;
    changes_.push_back(std::move(change));
  }

  // Whether what is seen of a chain is in the past of another parent, or of the author's own last.
  bool covered(std::size_t other, const SessionTransaction& transaction, std::size_t own,
               const Seen& seen) const {
    if (own < own_seen_.size() && other < own_seen_[own].size() &&
        own_seen_[own][other] >= seen[other]) {
      return true;
    }
    return std::any_of(transaction.parents.begin(), transaction.parents.end(), [&](auto parent) {
      return tips_[parent] != other && other < seen_[parent].size() &&
             seen_[parent][other] >= seen[other];
    });
  }

  void put(document::Action action, std::size_t chain) {
    if (changes_.back().ops.size() >= ops_max_) {
      Change next;
      next.id = {last_[chain].writer, ++last_[chain].counter};
      next.recorded_at = kSessionTime;
      next.lamport = ++lamport_[chain];
      changes_.push_back(std::move(next));
    }
    changes_.back().ops.push_back({{}, "body", std::move(action)});
  }

 public:
  // To be called after each add(): what its author has seen by now.
  void remember() {
    const std::size_t chain = tips_.back();
    own_seen_.resize(std::max(own_seen_.size(), chain + 1));
    own_seen_[chain] = seen_.back();
    lamports_.push_back(lamport_[chain]);
  }

 private:
  std::size_t ops_max_;
  std::vector<Change> changes_;
  // By transaction.
  std::vector<Seen> seen_;
  std::vector<std::size_t> tips_;
  std::vector<std::uint64_t> lamports_;
  // By chain.
  std::vector<std::uint64_t> authors_;
  std::vector<ChangeId> last_;
  std::vector<std::uint64_t> lamport_;
  std::vector<Seen> own_seen_;
};

}  // namespace

std::vector<Change> to_changes(const EditingSession& session, std::size_t ops_max) {
  // An erasure with an insertion is two ops of one change.
  Converter converter(session.concurrent ? document::kOpsPerChangeMax
                                         : std::max<std::size_t>(ops_max, 1));
  for (const SessionTransaction& one : session.transactions) {
    converter.add(one, !session.concurrent);
    converter.remember();
  }
  return converter.take();
}

}  // namespace feltbog::testing
