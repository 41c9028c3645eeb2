// SPDX-License-Identifier: Apache-2.0
#include "server/office.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/ledger/invite.h"
#include "core/ledger/session_proof.h"
#include "server/arguments.h"
#include "tests/core/ledger/fixture.h"
#include "tests/server/loopback.h"
#include "tests/support/memory_disk.h"

using namespace feltbog;
using namespace feltbog::testing;
using ledger::test::code_of;

namespace {

struct Place {
  MemoryDisk disk;
  StillClock clock;
  ledger::test::SeededRandom random{3};

  Result<std::string> init(const std::string& host = "office.example") {
    return server::init_office(disk, clock, random, "/office", {host, 7443});
  }
  Result<server::Office> open() { return server::open_office(disk, clock, random, "/office"); }
};

server::ParsedArguments parse(std::vector<const char*> words) {
  words.insert(words.begin(), "feltbogd");
  return server::parse_arguments(static_cast<int>(words.size()), words.data());
}

}  // namespace

TEST_CASE("init prints an invite that names this server's address, keys and certificate") {
  Place place;
  const auto text = place.init();
  REQUIRE(text.has_value());
  const auto invite = ledger::FoundingInvite::parse(*text);
  REQUIRE(invite.has_value());
  CHECK(invite->server_address == "office.example:7443");
  auto office = place.open();
  REQUIRE(office.has_value());
  CHECK(office->store->identity() == invite->server_key);
  CHECK(server::pin_of(office->tls.get())->bytes == invite->pin.bytes);
  CHECK(office->settings.host == "office.example");
  CHECK(code_of(place.open()) == ErrorCode::busy);
}

TEST_CASE("a second init changes nothing, and an office that is not there says so") {
  Place place;
  CHECK(code_of(place.open()) == ErrorCode::not_found);
  CHECK(code_of(place.init("no such host!")) == ErrorCode::invalid_argument);
  CHECK(code_of(place.open()) == ErrorCode::not_found);
  REQUIRE(place.init().has_value());
  const Bytes key = place.disk.content("/office/identity.key");
  CHECK(code_of(place.init()) == ErrorCode::already_exists);
  CHECK(place.disk.content("/office/identity.key") == key);
}

TEST_CASE("an init that was cut off anywhere is finished by the next one") {
  Place first;
  first.disk.start_recording();
  REQUIRE(first.init().has_value());
  const auto changes = first.disk.change_count();
  for (std::uint64_t cut = 0; cut < changes; cut += 3) {
    CAPTURE(cut);
    Place place;
    auto image = first.disk.image_at(cut, CrashPolicy::lose_unsynced, cut);
    const auto again =
        server::init_office(*image, place.clock, place.random, "/office", {"office.example", 7443});
    REQUIRE((again || again.error().code == ErrorCode::already_exists));
    CHECK(server::open_office(*image, place.clock, place.random, "/office").has_value());
  }
}

TEST_CASE("a lost founding invite can be replaced, and the old one is worthless then") {
  Place place;
  const auto old_text = place.init();
  const auto text = server::renew_founding_invite(place.disk, place.clock, place.random, "/office");
  REQUIRE(text.has_value());
  CHECK(*text != *old_text);
  const auto old_invite = ledger::FoundingInvite::parse(*old_text);
  const auto invite = ledger::FoundingInvite::parse(*text);
  auto office = place.open();
  REQUIRE(office.has_value());
  ledger::SessionTranscript transcript;
  transcript.party = ledger::SessionParty::founding;
  transcript.server_key = invite->server_key;
  CHECK(code_of(office->store->admit(transcript,
                                     ledger::prove_client(transcript, old_invite->secret))) ==
        ErrorCode::authentication_failed);
  CHECK(office->store->admit(transcript, ledger::prove_client(transcript, invite->secret))
            .has_value());
}

TEST_CASE("an office whose keys are gone or spoiled does not open, and gets no new ones") {
  for (const char* name : {"database.key", "identity.key", "tls-key.pem"}) {
    CAPTURE(name);
    Place place;
    REQUIRE(place.init().has_value());
    const std::string path = "/office/" + std::string(name);
    place.disk.set_content(path, as_bytes("short"));
    CHECK(code_of(place.open()) == ErrorCode::corrupt);
    REQUIRE(place.disk.remove(path).has_value());
    CHECK(code_of(place.open()) == ErrorCode::corrupt);
    CHECK_FALSE(place.disk.has(path));
  }
  Place place;
  REQUIRE(place.init().has_value());
  place.disk.set_content("/office/settings.json", as_bytes("{\"host\":\"a\",\"port\":70000}"));
  CHECK(code_of(place.open()) == ErrorCode::corrupt);
}

TEST_CASE("no key stands in the database in clear") {
  Place place;
  REQUIRE(place.init().has_value());
  const Bytes identity = place.disk.content("/office/identity.key");
  for (const std::string& path : place.disk.paths()) {
    if (path == "/office/identity.key") continue;
    const Bytes content = place.disk.content(path);
    CHECK(std::search(content.begin(), content.end(), identity.begin(), identity.end()) ==
          content.end());
  }
}

TEST_CASE("the command line is read as the help says") {
  const auto served = parse({"serve", "--dir", "d", "--port", "0", "--log", "l"});
  REQUIRE(served.arguments.has_value());
  CHECK(served.arguments->command == server::Command::serve);
  CHECK(served.arguments->port == 0);
  CHECK(served.arguments->log_path == "l");
  const auto made = parse({"init", "--dir", "d", "--host", "h"});
  REQUIRE(made.arguments.has_value());
  CHECK(made.arguments->host == "h");
  CHECK_FALSE(made.arguments->port.has_value());

  for (const auto& words : std::vector<std::vector<const char*>>{
           {"--help"}, {"init", "--help"}, {"serve", "--help"}, {"status", "--help"}}) {
    const auto help = parse(words);
    CHECK(help.exit_status == 0);
    CHECK(help.text.find("Example") != std::string::npos);
  }
  for (const auto& words :
       std::vector<std::vector<const char*>>{{},
                                             {"dance"},
                                             {"serve"},
                                             {"serve", "--dir", "d", "--port", "70000"},
                                             {"status", "--dir", "d", "--colour"}}) {
    const auto refused = parse(words);
    CHECK_FALSE(refused.arguments.has_value());
    CHECK(refused.exit_status == 2);
    CHECK_FALSE(refused.text.empty());
  }
}
