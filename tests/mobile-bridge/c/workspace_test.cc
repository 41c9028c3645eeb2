// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <fstream>

#include "core/base/cbor.h"
#include "mobile-bridge/c/feltbog_workspace.h"
#include "tests/mobile-bridge/c/phone.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

// What a host is asked and told.
struct Witness {
  uint8_t byte = 7;
  bool is_device_bound = true;
  bool throws = false;
  int32_t answer = 0;
  int mixed = 0;
  int released = 0;
  std::vector<uint64_t> revisions;
  feltbog_workspace* call_back_into = nullptr;
  int32_t told_inside_mix = 0;

  static int32_t mix(void* context, const uint8_t* input, size_t input_size, uint8_t* output) {
    auto& self = *static_cast<Witness*>(context);
    ++self.mixed;
    if (self.throws) throw "what a host may throw";
    for (size_t at = 0; at < 32; ++at) {
      output[at] = static_cast<uint8_t>(input[at % input_size] ^ self.byte);
    }
    if (self.call_back_into != nullptr) {
      uint8_t out = 0;
      self.told_inside_mix = number_of(feltbog_workspace_exists(self.call_back_into, &out));
    }
    return self.answer;
  }
  static void changed(void* context, uint64_t revision) {
    auto& self = *static_cast<Witness*>(context);
    self.revisions.push_back(revision);
    if (self.throws) throw "what a host may throw";
  }
  static void release(void* hardware_context, void* context) {
    CHECK(hardware_context == context);
    ++static_cast<Witness*>(context)->released;
  }
  feltbog_hardware_key key() { return {{9}, is_device_bound ? uint8_t{1} : uint8_t{0}, this, mix}; }
};

struct WitnessedPhone {
  Witness witness;
  feltbog_hardware_key key = witness.key();
  feltbog_host host{sizeof(feltbog_host), &key, &witness, Witness::changed, Witness::release};
  Phone phone{&host};
};

int32_t create_with(Phone& phone, int32_t kind, std::string_view secret) {
  return number_of(feltbog_workspace_create(phone.workspace, kind, secret.data(), secret.size()));
}

int32_t unlock_with(Phone& phone, int32_t kind, std::string_view secret) {
  return number_of(feltbog_workspace_unlock(phone.workspace, kind, secret.data(), secret.size()));
}

bool exists(Phone& phone) {
  uint8_t out = 9;
  must(feltbog_workspace_exists(phone.workspace, &out));
  return out == 1;
}

feltbog_tries tries_of(Phone& phone) {
  feltbog_tries out;
  must(feltbog_workspace_tries(phone.workspace, &out));
  return out;
}

}  // namespace

TEST_CASE("a note with an emoji and Danish letters is there after locking and after reopening") {
  Phone phone;
  settle_in(phone);
  const std::string file = phone.new_case("Åse Fiktiv");
  phone.call("note.write",
             map_of({{"case", file}, {"text", "Blåbærgrød 🫐 til Øje"}, {"title", "Besøg"}}));
  const Value which = map_of({{"case", file}, {"note", "Besøg"}});
  must(feltbog_workspace_lock(phone.workspace));
  must(feltbog_workspace_lock(phone.workspace));
  CHECK(phone.try_call("note.show", which) == FELTBOG_ERROR_LOCKED);
  CHECK(phone.unlock() == 0);
  CHECK(phone.unlock("not looked at while open") == 0);
  CHECK(phone.call("note.show", which)["text"] == Value("Blåbærgrød 🫐 til Øje"));
  phone.reopen();
  CHECK(phone.unlock() == 0);
  CHECK(phone.call("note.show", which)["text"] == Value("Blåbærgrød 🫐 til Øje"));
}

TEST_CASE("an empty folder says so, and a database is made once") {
  Phone phone;
  CHECK_FALSE(exists(phone));
  CHECK(phone.unlock() == FELTBOG_ERROR_NOT_FOUND);
  feltbog_tries tries;
  CHECK(number_of(feltbog_workspace_tries(phone.workspace, &tries)) == FELTBOG_ERROR_NOT_FOUND);
  CHECK(create_with(phone, FELTBOG_SECRET_PASSPHRASE, "kort") == FELTBOG_ERROR_WEAK_PASSPHRASE);
  CHECK(create_with(phone, 17, kPassphrase) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(create_with(phone, FELTBOG_SECRET_RECOVERY, kPassphrase) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK_FALSE(exists(phone));
  phone.create();
  CHECK(exists(phone));
  CHECK(phone.stage() == FELTBOG_STAGE_EMPTY);
  CHECK(create_with(phone, FELTBOG_SECRET_PASSPHRASE, kPassphrase) == FELTBOG_ERROR_ALREADY_EXISTS);
}

TEST_CASE("a wrong passphrase is counted and does not open") {
  Phone phone;
  phone.create();
  phone.reopen();
  CHECK(tries_of(phone).failures == 0);
  CHECK(phone.unlock("et helt andet kodeord") == FELTBOG_ERROR_WRONG_PASSPHRASE);
  CHECK(phone.try_call("status") == FELTBOG_ERROR_LOCKED);
  CHECK(tries_of(phone).failures == 1);
  CHECK(tries_of(phone).wait_seconds == 0);
  CHECK(unlock_with(phone, FELTBOG_SECRET_PIN, "12345678") == FELTBOG_ERROR_NOT_FOUND);
  CHECK(phone.unlock() == 0);
  CHECK(tries_of(phone).failures == 0);
}

TEST_CASE("one folder belongs to one workspace at a time") {
  Phone phone;
  phone.create();
  feltbog_workspace* second = nullptr;
  const std::string path = phone.folder.path().string();
  must(feltbog_workspace_open(path.data(), path.size(), nullptr, &second));
  CHECK(number_of(feltbog_workspace_unlock(second, FELTBOG_SECRET_PASSPHRASE, kPassphrase.data(),
                                           kPassphrase.size())) == FELTBOG_ERROR_BUSY);
  must(feltbog_workspace_close(second));
}

TEST_CASE("a secret is changed, and a recovery code opens when it is forgotten") {
  Phone phone;
  phone.create();
  const std::string next = "endnu et langt kodeord";
  must(feltbog_workspace_change_secret(phone.workspace, FELTBOG_SECRET_PASSPHRASE,
                                       kPassphrase.data(), kPassphrase.size(), next.data(),
                                       next.size()));
  feltbog_bytes code;
  CHECK(number_of(feltbog_workspace_add_recovery(phone.workspace, FELTBOG_SECRET_PASSPHRASE,
                                                 kPassphrase.data(), kPassphrase.size(), &code)) ==
        FELTBOG_ERROR_WRONG_PASSPHRASE);
  must(feltbog_workspace_add_recovery(phone.workspace, FELTBOG_SECRET_PASSPHRASE, next.data(),
                                      next.size(), &code));
  const std::string recovery = take_text(code);
  CHECK(recovery.size() == 26);
  phone.reopen();
  CHECK(phone.unlock() == FELTBOG_ERROR_WRONG_PASSPHRASE);
  CHECK(unlock_with(phone, FELTBOG_SECRET_RECOVERY, recovery) == 0);
  phone.reopen();
  CHECK(phone.unlock(next) == 0);
}

TEST_CASE("a PIN needs hardware that keeps its key") {
  Phone without;
  CHECK(create_with(without, FELTBOG_SECRET_PIN, "19283746") == FELTBOG_ERROR_NOT_PERMITTED);
  WitnessedPhone with;
  CHECK(create_with(with.phone, FELTBOG_SECRET_PIN, "19283746") == 0);
  CHECK(with.witness.mixed > 0);
  with.phone.reopen(&with.host);
  CHECK(unlock_with(with.phone, FELTBOG_SECRET_PIN, "00000000") == FELTBOG_ERROR_WRONG_PASSPHRASE);
  CHECK(unlock_with(with.phone, FELTBOG_SECRET_PIN, "19283746") == 0);
}

TEST_CASE("other hardware, or hardware that fails, opens nothing and says which") {
  WitnessedPhone with;
  with.phone.create();
  with.phone.reopen(&with.host);
  with.witness.answer = FELTBOG_ERROR_MISSING_KEY;
  CHECK(with.phone.unlock() == FELTBOG_ERROR_MISSING_KEY);
  with.witness.answer = -5;
  CHECK(with.phone.unlock() == FELTBOG_ERROR_IO_ERROR);
  with.witness.answer = 0;
  with.key.id[0] = 10;
  with.phone.reopen(&with.host);
  CHECK(with.phone.unlock() == FELTBOG_ERROR_MISSING_KEY);
  with.key.id[0] = 9;
  with.phone.reopen(&with.host);
  CHECK(with.phone.unlock() == 0);
}

TEST_CASE("a host that throws gets an error back, and its workspace still works") {
  WitnessedPhone with;
  with.witness.throws = true;
  CHECK(create_with(with.phone, FELTBOG_SECRET_PASSPHRASE, kPassphrase) == FELTBOG_ERROR_INTERNAL);
  with.witness.throws = false;
  with.phone.create();
  with.witness.throws = true;
  with.phone.found(office_invite(), "Karen");
  CHECK(with.witness.revisions.size() == 1);
  CHECK(with.phone.stage() == FELTBOG_STAGE_FOUNDING);
}

TEST_CASE("calling back in from the hardware key is refused, not deadlocked") {
  WitnessedPhone with;
  with.witness.call_back_into = with.phone.workspace;
  with.phone.create();
  CHECK(with.witness.told_inside_mix == FELTBOG_ERROR_BUSY);
}

TEST_CASE("the host is released once, when the workspace is closed or could not be opened") {
  WitnessedPhone with;
  CHECK(with.witness.released == 0);
  with.phone.create();
  must(feltbog_workspace_close(with.phone.workspace));
  CHECK(with.witness.released == 1);
  CHECK(number_of(feltbog_workspace_open("", 0, &with.host, &with.phone.workspace)) ==
        FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(with.witness.released == 2);
  CHECK(with.phone.workspace == nullptr);
  feltbog_host wrong = with.host;
  wrong.size = 3;
  CHECK(number_of(feltbog_workspace_open("x", 1, &wrong, &with.phone.workspace)) ==
        FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(with.witness.released == 2);
}

TEST_CASE("the host is told of each change after the call that made it, and of nothing else") {
  WitnessedPhone with;
  settle_in(with.phone);
  with.witness.revisions.clear();
  const std::string file = with.phone.new_case("Åse Fiktiv");
  REQUIRE(with.witness.revisions.size() == 1);
  uint64_t revision = 0;
  must(feltbog_workspace_revision(with.phone.workspace, &revision));
  CHECK(with.witness.revisions.back() == revision);
  with.phone.call("case.list");
  CHECK(with.phone.try_call("note.write", map_of({{"case", "zzzz"}, {"text", "x"}})) != 0);
  CHECK(with.witness.revisions.size() == 1);
}

TEST_CASE("wrong arguments are named and change nothing") {
  Phone phone;
  settle_in(phone);
  feltbog_bytes out{nullptr, 0};
  std::string detail;
  feltbog_workspace* const workspace = phone.workspace;
  const auto call = [&](const char* command, size_t size, BytesView parameters) {
    return number_of(feltbog_workspace_call(workspace, command, size, parameters.data(),
                                            parameters.size(), nullptr, &out),
                     detail);
  };
  CHECK(call(nullptr, 3, {}) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(detail == "command is NULL");
  CHECK(call("\xff", 1, {}) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(detail == "command is no UTF-8");
  CHECK(call("no.such", 7, {}) == FELTBOG_ERROR_UNKNOWN_COMMAND);
  CHECK(call("", 0, {}) == FELTBOG_ERROR_UNKNOWN_COMMAND);
  const Bytes cut{0xa1, 0x61};
  CHECK(call("status", 6, cut) == FELTBOG_ERROR_TRUNCATED);
  const Bytes no_value{0xff};
  CHECK(call("status", 6, no_value) == FELTBOG_ERROR_MALFORMED);
  const Bytes no_map{0x01};
  CHECK(call("status", 6, no_map) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(number_of(feltbog_workspace_call(workspace, "status", 6, nullptr, 0, nullptr, nullptr)) ==
        FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(number_of(feltbog_workspace_found(workspace, "feltbog-office:rubbish", 22, "K", 1)) ==
        FELTBOG_ERROR_MALFORMED);
  CHECK(number_of(feltbog_workspace_open("a\0b", 3, nullptr, &phone.workspace)) ==
        FELTBOG_ERROR_INVALID_ARGUMENT);
  phone.workspace = workspace;
  CHECK(out.data == nullptr);
}

TEST_CASE("call options choose the language and the day, and wrong ones are refused") {
  Phone phone;
  settle_in(phone);
  feltbog_bytes out;
  feltbog_call_options options{sizeof options, FELTBOG_LANGUAGE_DANISH, "2026-11-17T10:30", 16};
  const auto call = [&] {
    const int32_t number =
        number_of(feltbog_workspace_call(phone.workspace, "due", 3, nullptr, 0, &options, &out));
    feltbog_bytes_free(&out);
    return number;
  };
  CHECK(call() == 0);
  options.now = "17/11";
  options.now_size = 5;
  CHECK(call() != 0);
  options.now_size = 0;
  CHECK(call() == 0);
  options.language = 7;
  CHECK(call() == FELTBOG_ERROR_INVALID_ARGUMENT);
  options.language = FELTBOG_LANGUAGE_ENGLISH;
  options.size = 4;
  CHECK(call() == FELTBOG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("a watch tells what changed, and ends with the lock") {
  Phone phone;
  settle_in(phone);
  const std::string file = phone.new_case("Åse Fiktiv");
  const Bytes which = encode_cbor(map_of({{"case", file}}));
  uint64_t watch = 0;
  must(feltbog_workspace_watch_open(phone.workspace, "note.list", 9, which.data(), which.size(),
                                    nullptr, 0, &watch));
  feltbog_bytes out;
  must(feltbog_workspace_watch_poll(phone.workspace, watch, &out));
  CHECK(take_value(out)["reset"] == Value(true));
  must(feltbog_workspace_watch_poll(phone.workspace, watch, &out));
  CHECK(out.size == 0);
  phone.call("note.write", map_of({{"case", file}, {"text", "En"}}));
  must(feltbog_workspace_watch_poll(phone.workspace, watch, &out));
  CHECK(take_value(out)["rows"].items().size() == 1);
  CHECK(number_of(feltbog_workspace_watch_poll(phone.workspace, watch + 1, &out)) ==
        FELTBOG_ERROR_NOT_FOUND);
  must(feltbog_workspace_lock(phone.workspace));
  CHECK(number_of(feltbog_workspace_watch_poll(phone.workspace, watch, &out)) ==
        FELTBOG_ERROR_LOCKED);
  REQUIRE(phone.unlock() == 0);
  CHECK(number_of(feltbog_workspace_watch_close(phone.workspace, watch)) ==
        FELTBOG_ERROR_NOT_FOUND);
}

TEST_CASE("there is a limit to watches, and closing one makes room") {
  Phone phone;
  settle_in(phone);
  uint64_t watch = 0;
  const auto open = [&] {
    return number_of(
        feltbog_workspace_watch_open(phone.workspace, "status", 6, nullptr, 0, nullptr, 0, &watch));
  };
  for (int count = 0; count < 64; ++count) REQUIRE(open() == 0);
  const uint64_t last = watch;
  CHECK(open() == FELTBOG_ERROR_LIMIT_EXCEEDED);
  CHECK(watch == 0);
  must(feltbog_workspace_watch_close(phone.workspace, last));
  CHECK(open() == 0);
  CHECK(watch > last);
}

TEST_CASE("the command table describes itself") {
  feltbog_bytes out;
  must(feltbog_workspace_describe(&out));
  CHECK_FALSE(take_value(out).is_null());
  CHECK(number_of(feltbog_workspace_describe(nullptr)) == FELTBOG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("nothing that was written stands readable in the folder") {
  Phone phone;
  settle_in(phone);
  const std::string file = phone.new_case("Kanariefugl Citronskov");
  phone.call("note.write", map_of({{"case", file}, {"text", "Kanariefugl i Citronskov"}}));
  must(feltbog_workspace_lock(phone.workspace));
  for (const auto& entry : std::filesystem::directory_iterator(phone.folder.path())) {
    std::ifstream stream(entry.path());
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    CHECK_MESSAGE(content.find("Citronskov") == std::string::npos, entry.path().filename());
  }
}
