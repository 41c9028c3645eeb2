// SPDX-License-Identifier: Apache-2.0
// An owner in this process, on a clock that the test moves.
#include "apps/host/owner.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <vector>

#include "core/base/platform/posix_disk.h"
#include "core/crypto/system_random.h"
#include "core/workspace/core.h"

namespace feltbog::host {
namespace {

class HandClock final : public Clock {
 public:
  WallTime wall_time() override { return {1'794'000'000'000 + passed}; }
  Instant instant() override { return {passed}; }
  std::int64_t passed = 0;
};

class Listening final : public Responder {
 public:
  void send(Reply reply) override { replies.push_back(std::move(reply)); }
  bool congested() const override { return is_congested; }
  std::vector<Reply> replies;
  bool is_congested = false;
};

class Office {
 public:
  Office() {
    std::string pattern = (std::filesystem::temp_directory_path() / "feltbog-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    directory = DataDirectory(pattern);
    auto opened = Log::open(disk, directory.log(), clock);
    REQUIRE(opened.has_value());
    log = std::move(*opened);
    // Made without an invite, as far as a database goes before it belongs to anyone.
    Vault vault({&disk, &clock, &random}, directory, 1);
    REQUIRE(vault.create("korrekt hest batteri").has_value());
    vault.lock();
    owner = std::make_unique<Owner>(
        io, OwnerSetting{{&disk, &clock, &random}, directory, IdlePolicy{300'000, 900'000}, 1},
        *log, [this] { has_left = true; });
    owner->arrived();
  }
  ~Office() {
    owner.reset();
    std::filesystem::remove_all(directory.path());
  }
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  // The last reply to a request, once everything that is due has run.
  Reply ask(std::string_view verb, Value body = {}) {
    owner->handle(listening, Request{++id, std::string(verb), std::move(body)});
    io.poll();
    io.restart();
    for (auto reply = listening->replies.rbegin(); reply != listening->replies.rend(); ++reply) {
      if (reply->id == id) return *reply;
    }
    return {};
  }
  Reply unlock() {
    Value body;
    body["passphrase"] = "korrekt hest batteri";
    return ask(verb::kUnlock, std::move(body));
  }
  Reply status() {
    Value body;
    body["command"] = "status";
    body["language"] = "en";
    return ask(verb::kCall, std::move(body));
  }

  PosixDisk disk;
  HandClock clock;
  crypto::SystemRandom random;
  boost::asio::io_context io;
  DataDirectory directory{""};
  std::unique_ptr<Log> log;
  std::unique_ptr<Owner> owner;
  std::shared_ptr<Listening> listening = std::make_shared<Listening>();
  std::uint64_t id = 0;
  bool has_left = false;
};

TEST_CASE("a database is locked when nobody asked for anything for five minutes") {
  Office office;
  CHECK(office.status().body["name"] == Value("locked"));
  CHECK(office.unlock().kind == ReplyKind::result);
  office.clock.passed += 299'000;
  CHECK(office.status().kind == ReplyKind::result);
  office.clock.passed += 300'000;
  CHECK(office.status().body["name"] == Value("locked"));
  CHECK(office.ask(verb::kState).body["unlocked"] == Value(false));
}

TEST_CASE("a watch keeps the database open, and is told nothing twice") {
  Office office;
  office.unlock();
  Value body;
  body["command"] = "status";
  body["language"] = "en";
  CHECK(office.ask(verb::kWatch, body).kind == ReplyKind::update);
  const std::size_t told = office.listening->replies.size();
  office.clock.passed += 600'000;
  CHECK(office.status().kind == ReplyKind::result);
  CHECK(office.listening->replies.size() == told + 1);
}

TEST_CASE("somebody who went is forgotten, and the database locks") {
  Office office;
  office.unlock();
  Value body;
  body["command"] = "status";
  office.ask(verb::kWatch, body);
  office.owner->gone(*office.listening);
  office.clock.passed += 300'000;
  CHECK(office.status().body["name"] == Value("locked"));
}

TEST_CASE("a request of the wrong form is answered with an error, and the next one works") {
  Office office;
  CHECK(office.ask(verb::kUnlock).body["name"] == Value("invalid_argument"));
  CHECK(office.ask(verb::kCancel).body["name"] == Value("invalid_argument"));
  office.unlock();
  CHECK(office.ask(verb::kCall).body["name"] == Value("invalid_argument"));
  Value watch;
  watch["command"] = "note.write";
  CHECK(office.ask(verb::kWatch, watch).body["name"] == Value("invalid_argument"));
  Value sync;
  sync["mode"] = "sometimes";
  CHECK(office.ask(verb::kSync, sync).body["name"] == Value("invalid_argument"));
  // Nobody has told this device of a server yet.
  CHECK(office.ask(verb::kSync).body["name"] == Value("wrong_state"));
  CHECK(office.ask(verb::kAttach).body["name"] == Value("not_found"));
  CHECK(office.status().kind == ReplyKind::result);
}

Value secrets(std::initializer_list<std::pair<const char*, std::string>> entries) {
  Value body;
  for (const auto& [name, text] : entries) body[name] = text;
  return body;
}

TEST_CASE("a changed passphrase opens from then on, and an open database stays open") {
  Office office;
  office.unlock();
  CHECK(office.ask(verb::kChangePassphrase).body["name"] == Value("invalid_argument"));
  CHECK(office
            .ask(verb::kChangePassphrase, secrets({{"passphrase", "forkert hest batteri"},
                                                   {"new_passphrase", "en helt ny"}}))
            .body["name"] == Value("weak_passphrase"));
  CHECK(office
            .ask(verb::kChangePassphrase, secrets({{"passphrase", "forkert hest batteri"},
                                                   {"new_passphrase", "en helt ny sætning"}}))
            .body["name"] == Value("wrong_passphrase"));
  CHECK(office
            .ask(verb::kChangePassphrase, secrets({{"passphrase", "korrekt hest batteri"},
                                                   {"new_passphrase", "en helt ny sætning"}}))
            .kind == ReplyKind::result);
  CHECK(office.status().kind == ReplyKind::result);
  office.ask(verb::kLock);
  CHECK(office.unlock().body["name"] == Value("wrong_passphrase"));
  CHECK(office.ask(verb::kUnlock, secrets({{"passphrase", "en helt ny sætning"}})).kind ==
        ReplyKind::result);
}

TEST_CASE(
    "a recovery code unlocks after too many tries, and lets a forgotten passphrase be replaced") {
  Office office;
  CHECK(office.ask(verb::kAddRecovery, secrets({{"passphrase", "forkert"}})).body["name"] ==
        Value("wrong_passphrase"));
  const Reply added =
      office.ask(verb::kAddRecovery, secrets({{"passphrase", "korrekt hest batteri"}}));
  const std::string code = added.body["code"].text_or("");
  REQUIRE(code.size() == 26);
  for (int i = 0; i < 10; ++i) {
    CHECK(office.ask(verb::kUnlock, secrets({{"passphrase", "forkert"}})).kind == ReplyKind::error);
    office.clock.passed += 3'600'000;
  }
  const Reply refused = office.unlock();
  CHECK(refused.body["name"] == Value("too_many_tries"));
  CHECK(refused.body["detail"] == Value("supervisor"));
  CHECK(office.ask(verb::kUnlock, secrets({{"recovery_code", "nonsense"}})).body["name"] ==
        Value("wrong_passphrase"));
  CHECK(office.ask(verb::kUnlock, secrets({{"recovery_code", code}, {"passphrase", "x"}}))
            .body["name"] == Value("invalid_argument"));
  CHECK(office.ask(verb::kUnlock, secrets({{"recovery_code", code}})).kind == ReplyKind::result);
  CHECK(office
            .ask(verb::kChangePassphrase,
                 secrets({{"recovery_code", code}, {"new_passphrase", "en helt ny sætning"}}))
            .kind == ReplyKind::result);
  office.ask(verb::kLock);
  CHECK(office.unlock().body["name"] == Value("wrong_passphrase"));
  CHECK(office.ask(verb::kUnlock, secrets({{"passphrase", "en helt ny sætning"}})).kind ==
        ReplyKind::result);
}

// A file with much in it, written before the owner opens the database.
void write_notes(Office& office) {
  Vault vault({&office.disk, &office.clock, &office.random}, office.directory, 1);
  REQUIRE(vault.unlock("korrekt hest batteri").has_value());
  ledger::FoundingInvite invite;
  invite.server_address = "office.example:8443";
  invite.server_key = crypto::signing_public(crypto::SigningSecret::random(office.random));
  invite.secret = crypto::SigningSecret::random(office.random);
  workspace::Workspace& workspace = *vault.workspace();
  REQUIRE(workspace.found_organisation(invite, "Karen").has_value());
  const auto made = workspace.call("case.new", secrets({{"citizen", "Åse Fiktiv"}}), {});
  REQUIRE(made.has_value());
  const std::string id = (*made)["case"].text_or("");
  for (int i = 0; i < 40; ++i) {
    REQUIRE(workspace.call("note.write", secrets({{"case", id}, {"text", "Ringet."}}), {}));
  }
}

// Whether the database, as the disk has it now, has a history saved.
bool has_saved_history(Office& office) {
  const DataDirectory copy(office.directory.path() + "-copy");
  std::filesystem::copy(office.directory.path(), copy.path());
  Vault vault({&office.disk, &office.clock, &office.random}, copy, 1);
  REQUIRE(vault.unlock("korrekt hest batteri").has_value());
  bool found = false;
  {
    auto row = vault.workspace()->core().database->prepare("SELECT 1 FROM saved_history");
    REQUIRE(row.has_value());
    const auto stepped = row->step();
    REQUIRE(stepped.has_value());
    found = *stepped;
  }
  vault.lock();
  std::filesystem::remove_all(copy.path());
  return found;
}

TEST_CASE("an owner saves what makes the next opening quick when nobody has asked for a while") {
  Office office;
  write_notes(office);
  office.unlock();
  Value body;
  body["command"] = "case.list";
  REQUIRE(office.ask(verb::kCall, body).kind == ReplyKind::result);
  office.owner->look();
  CHECK_FALSE(has_saved_history(office));
  office.owner->look();
  CHECK(has_saved_history(office));
}

TEST_CASE("an owner that locks saves what makes the next opening quick") {
  Office office;
  write_notes(office);
  office.unlock();
  Value body;
  body["command"] = "case.list";
  REQUIRE(office.ask(verb::kCall, body).kind == ReplyKind::result);
  office.ask(verb::kLock);
  CHECK(has_saved_history(office));
}

TEST_CASE("cancelling what does not run says so") {
  Office office;
  Value body;
  body["id"] = 77;
  CHECK(office.ask(verb::kCancel, body).body["cancelled"] == Value(false));
}

TEST_CASE("an owner that is asked to stop locks and leaves") {
  Office office;
  office.unlock();
  CHECK(office.ask(verb::kStop).kind == ReplyKind::result);
  CHECK(office.has_left);
  CHECK(office.ask(verb::kState).body["unlocked"] == Value(false));
}

}  // namespace
}  // namespace feltbog::host
