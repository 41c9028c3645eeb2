// SPDX-License-Identifier: Apache-2.0
// The sync handle against a real relay store and server session, joined in memory.
#include <doctest/doctest.h>

#include "core/base/platform/system_clock.h"
#include "core/crypto/system_random.h"
#include "mobile-bridge/c/feltbog_sync.h"
#include "server/office.h"
#include "sync/server_session.h"
#include "tests/mobile-bridge/c/phone.h"
#include "tests/support/memory_disk.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

constexpr std::size_t kTurnsMax = 10'000;

struct Office {
  MemoryDisk disk;
  SystemClock clock;
  crypto::SystemRandom random;
  std::string invite;
  std::unique_ptr<server::RelayStore> store;
  bool binding_required = false;

  Office() {
    auto made = server::init_office(disk, clock, random, "/office", {"office.example", 7443});
    REQUIRE(made.has_value());
    invite = *made;
    auto opened = server::open_office(disk, clock, random, "/office");
    REQUIRE(opened.has_value());
    store = std::move(opened->store);
  }
};

// A phone's session and the office's, and the bytes between them.
class Line {
 public:
  Line(Phone& phone, Office& office, std::optional<sync::ChannelBinding> binding = std::nullopt)
      : server_(*office.store, office.random, {binding, office.binding_required}) {
    const uint8_t* data = binding ? binding->bytes.data() : nullptr;
    must(feltbog_sync_open(phone.workspace, data, binding ? 32 : 0, &handle));
    must(feltbog_sync_start(handle, 1'000));
    server_.start(Instant{1'000});
  }
  ~Line() { feltbog_error_free(feltbog_sync_close(handle)); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // Carries bytes both ways until nothing moves.
  void settle() {
    std::size_t turns = 0;
    while (move()) REQUIRE(++turns < kTurnsMax);
  }
  // The last event of a kind, or null.
  Value event(std::string_view kind) const {
    for (auto at = events.rbegin(); at != events.rend(); ++at) {
      if ((*at)["kind"] == Value(kind)) return *at;
    }
    return {};
  }
  bool is_closed() {
    uint8_t out = 0;
    must(feltbog_sync_is_closed(handle, &out));
    return out == 1;
  }

  feltbog_sync* handle = nullptr;
  std::vector<Value> events;
  std::size_t piece = 700;

 private:
  bool move() {
    bool moved = false;
    feltbog_bytes out;
    must(feltbog_sync_output(handle, piece, &out));
    if (out.size > 0) {
      server_.handle_bytes({out.data, out.size}, Instant{1'000});
      feltbog_bytes_free(&out);
      moved = true;
    }
    const Bytes answer = server_.poll_transmit(piece);
    if (!answer.empty()) {
      must(feltbog_sync_receive(handle, answer.data(), answer.size(), 1'000));
      moved = true;
    }
    must(feltbog_sync_event(handle, &out));
    if (out.size > 0) {
      events.push_back(take_value(out));
      moved = true;
    }
    return moved;
  }

  sync::ServerSession server_;
};

// Sessions until the phone is in step, as a host would run them.
void sync_fully(Phone& phone, Office& office) {
  for (int session = 0; session < 3; ++session) {
    Line line(phone, office);
    line.settle();
    const Value closed = line.event("closed");
    if (!closed.is_null()) {
      REQUIRE_MESSAGE(closed["again"] == Value(true), closed["error_name"].text_or(""));
      continue;
    }
    REQUIRE_FALSE(line.event("caught_up").is_null());
    must(feltbog_sync_finish(line.handle, 1'000));
    line.settle();
    CHECK(line.is_closed());
    CHECK(line.event("closed")["error_name"] == Value("cancelled"));
    CHECK(line.event("closed")["again"] == Value(false));
    return;
  }
  FAIL("never in step");
}

std::string invite_for(Phone& administrator, const char* name) {
  const Value roles = Value::List{Value("caseworker")};
  return administrator.call("user.invite", map_of({{"name", name}, {"role", roles}}))["invite"]
      .text_or("");
}

void accept(Phone& phone, std::string_view invite) {
  must(feltbog_workspace_accept_invite(phone.workspace, invite.data(), invite.size()));
}

}  // namespace

TEST_CASE("a phone founds an office, another joins by invite, and each reads the other's words") {
  Office office;
  Phone karen;
  karen.create();
  karen.found(office.invite, "Karen");
  sync_fully(karen, office);
  CHECK(karen.stage() == FELTBOG_STAGE_MEMBER);
  Phone anna;
  anna.create();
  accept(anna, invite_for(karen, "Anna"));
  CHECK(anna.stage() == FELTBOG_STAGE_ENROLLING);
  sync_fully(karen, office);
  sync_fully(anna, office);
  CHECK(anna.stage() == FELTBOG_STAGE_MEMBER);
  CHECK(anna.call("user.list").items().size() == 2);
  sync_fully(karen, office);
  CHECK(karen.call("status")["all_sent"] == Value(true));
}

TEST_CASE("a session without the binding that the office insists on is refused") {
  Office office;
  office.binding_required = true;
  Phone phone;
  phone.create();
  phone.found(office.invite, "Karen");
  Line line(phone, office);
  line.settle();
  CHECK(line.event("closed")["error"] == Value(FELTBOG_ERROR_AUTHENTICATION_FAILED));
  CHECK(line.event("closed")["again"] == Value(false));
  CHECK(phone.stage() == FELTBOG_STAGE_FOUNDING);
}

TEST_CASE("with a binding on both sides the session is tied to the connection") {
  Office office;
  office.binding_required = true;
  Phone phone;
  phone.create();
  phone.found(office.invite, "Karen");
  sync::ChannelBinding binding;
  binding.bytes.fill(5);
  Line line(phone, office, binding);
  line.settle();
  CHECK(line.event("closed")["again"] == Value(true));
}

TEST_CASE("an unknown server is told from the invite's, before anything was said") {
  Office office;
  Office other;
  Phone phone;
  phone.create();
  phone.found(office.invite, "Karen");
  Line line(phone, other);
  line.settle();
  CHECK(line.event("closed")["error_name"] == Value("wrong_server"));
}

TEST_CASE("calls out of turn and impossible times are refused, and the session goes on") {
  Office office;
  Phone phone;
  phone.create();
  feltbog_sync* sync = nullptr;
  CHECK(number_of(feltbog_sync_open(phone.workspace, nullptr, 0, &sync)) ==
        FELTBOG_ERROR_WRONG_STATE);
  phone.found(office.invite, "Karen");
  const uint8_t some[40] = {};
  CHECK(number_of(feltbog_sync_open(phone.workspace, some, 31, &sync)) ==
        FELTBOG_ERROR_INVALID_ARGUMENT);
  must(feltbog_sync_open(phone.workspace, nullptr, 0, &sync));
  feltbog_sync* second = nullptr;
  CHECK(number_of(feltbog_sync_open(phone.workspace, nullptr, 0, &second)) ==
        FELTBOG_ERROR_WRONG_STATE);
  feltbog_bytes out;
  int64_t due = 0;
  CHECK(number_of(feltbog_sync_receive(sync, some, 1, 0)) == FELTBOG_ERROR_WRONG_STATE);
  CHECK(number_of(feltbog_sync_output(sync, 100, &out)) == FELTBOG_ERROR_WRONG_STATE);
  must(feltbog_sync_timeout(sync, &due));
  CHECK(due == -1);
  CHECK(number_of(feltbog_sync_start(sync, -1)) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(number_of(feltbog_sync_start(sync, INT64_MAX)) == FELTBOG_ERROR_INVALID_ARGUMENT);
  must(feltbog_sync_start(sync, 5'000));
  CHECK(number_of(feltbog_sync_start(sync, 5'000)) == FELTBOG_ERROR_WRONG_STATE);
  CHECK(number_of(feltbog_sync_output(sync, 0, &out)) == FELTBOG_ERROR_INVALID_ARGUMENT);
  must(feltbog_sync_expire(sync, 10));
  must(feltbog_sync_local_work(sync, 10));
  must(feltbog_sync_timeout(sync, &due));
  CHECK(due > 5'000);
  must(feltbog_sync_close(sync));
  must(feltbog_sync_open(phone.workspace, nullptr, 0, &sync));
}

TEST_CASE("a server that says nothing, or nonsense, ends the session with the reason") {
  Office office;
  Phone phone;
  phone.create();
  phone.found(office.invite, "Karen");
  {
    feltbog_sync* sync = nullptr;
    must(feltbog_sync_open(phone.workspace, nullptr, 0, &sync));
    must(feltbog_sync_start(sync, 0));
    int64_t due = 0;
    for (int turn = 0; turn < 10; ++turn) {
      must(feltbog_sync_timeout(sync, &due));
      if (due >= 0) must(feltbog_sync_expire(sync, due));
    }
    CHECK(due == -1);
    feltbog_bytes out;
    must(feltbog_sync_event(sync, &out));
    CHECK(take_value(out)["error_name"] == Value("timed_out"));
    must(feltbog_sync_event(sync, &out));
    CHECK(out.size == 0);
    must(feltbog_sync_close(sync));
  }
  Line line(phone, office);
  const uint8_t nonsense[8] = {0, 0, 0, 2, 0xff, 0xff, 1, 2};
  must(feltbog_sync_receive(line.handle, nonsense, sizeof nonsense, 1'000));
  line.settle();
  CHECK(line.event("closed")["error_name"] == Value("protocol_error"));
  must(feltbog_sync_receive(line.handle, nonsense, sizeof nonsense, 1'000));
  Line* const still = &line;
  CHECK(still->is_closed());
}

TEST_CASE("a lost connection keeps what was stored, and the next session goes on") {
  Office office;
  Phone phone;
  phone.create();
  phone.found(office.invite, "Karen");
  {
    Line line(phone, office);
    must(feltbog_sync_lost(line.handle, 2'000));
    line.settle();
    CHECK(line.event("closed")["error_name"] == Value("unreachable"));
  }
  sync_fully(phone, office);
  CHECK(phone.stage() == FELTBOG_STAGE_MEMBER);
}
