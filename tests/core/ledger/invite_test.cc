// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/invite.h"

#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Inviting : Office {
  Phone& worker = add_person({Role::worker});
  Invited invited = invite(worker.user);
  Invite text_invite = make();

  Invite make() {
    Invite out;
    out.organisation = state.id();
    out.first_record = *state.hash_at(1);
    out.head = state.head();
    out.server_address = "office.example.dk:8443";
    out.pin = random.make<CertificatePin>();
    out.server_key = state.server_key();
    out.id = invited.id;
    out.secret = invited.secret.copy();
    return out;
  }
};

FoundingInvite founding(SeededRandom& random) {
  FoundingInvite out;
  out.server_address = "[2001:db8::1]:8443";
  out.pin = random.make<CertificatePin>();
  out.server_key = random.make<crypto::SigningPublic>();
  out.secret = crypto::SigningSecret::random(random);
  return out;
}

// Every symbol of the text changed into another symbol of the alphabet.
template <class Parse>
std::size_t typing_errors_taken(const std::string& text, std::size_t start, Parse parse) {
  std::size_t taken = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    for (const char symbol : std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ")) {
      if (symbol == text[i]) continue;
      std::string typed = text;
      typed[i] = symbol;
      const auto read = parse(typed);
      if (read || read.error().code != ErrorCode::malformed) ++taken;
    }
  }
  return taken;
}

}  // namespace

TEST_CASE("an invite reads back from its text, however it was typed") {
  Inviting office;
  const Invite& invite = office.text_invite;
  const std::string text = invite.to_text();
  MESSAGE("an invite has " << text.size() << " characters");
  std::string messy = "  " + text.substr(0, 15);
  for (const char symbol : text.substr(15)) {
    messy.push_back(symbol >= 'A' && symbol <= 'Z' ? static_cast<char>(symbol + 32) : symbol);
    if (symbol == '-') messy += "\n ";
  }
  std::string shouted;
  for (const char symbol : text) {
    shouted.push_back(symbol >= 'a' && symbol <= 'z' ? static_cast<char>(symbol - 32) : symbol);
  }
  for (const std::string& typed : {text, messy, shouted}) {
    const auto read = Invite::parse(typed);
    REQUIRE(read.has_value());
    CHECK(read->organisation == invite.organisation);
    CHECK(read->first_record == invite.first_record);
    CHECK(read->head == invite.head);
    CHECK(read->server_address == invite.server_address);
    CHECK(read->pin == invite.pin);
    CHECK(read->server_key == invite.server_key);
    CHECK(read->id == invite.id);
    CHECK(read->secret == invite.secret);
  }
}

TEST_CASE("every typing error in an invite is told apart from a wrong invite") {
  Inviting office;
  const std::string text = office.text_invite.to_text();
  CHECK(typing_errors_taken(text, 15, Invite::parse) == 0);
  std::size_t taken = 0;
  for (std::size_t size = 15; size < text.size(); ++size) {
    if (code_of(Invite::parse(text.substr(0, size))) != ErrorCode::malformed) ++taken;
  }
  CHECK(taken == 0);
  CHECK(code_of(Invite::parse("hello")) == ErrorCode::invalid_argument);
  CHECK(code_of(Invite::parse("")) == ErrorCode::invalid_argument);
  CHECK(code_of(Invite::parse("feltbog-invite:")) == ErrorCode::malformed);
  CHECK(code_of(Invite::parse(text + "0")) == ErrorCode::malformed);
  CHECK(code_of(Invite::parse(text + std::string(kInviteTextMax, '-') + "x")) ==
        ErrorCode::malformed);
}

TEST_CASE("an invite and a founding invite are not taken for each other") {
  Inviting office;
  const FoundingInvite other = founding(office.random);
  const std::string invite = office.text_invite.to_text();
  const std::string office_text = other.to_text();
  CHECK(code_of(FoundingInvite::parse(invite)) == ErrorCode::invalid_argument);
  CHECK(code_of(Invite::parse(office_text)) == ErrorCode::invalid_argument);
  CHECK(code_of(Invite::parse("feltbog-invite:" + office_text.substr(15))) == ErrorCode::malformed);
}

TEST_CASE("a founding invite reads back, and its typing errors are found") {
  SeededRandom random(12);
  const FoundingInvite invite = founding(random);
  const auto read = FoundingInvite::parse(invite.to_text());
  REQUIRE(read.has_value());
  CHECK(read->server_address == invite.server_address);
  CHECK(read->pin == invite.pin);
  CHECK(read->server_key == invite.server_key);
  CHECK(read->secret == invite.secret);
  CHECK(typing_errors_taken(invite.to_text(), 15, FoundingInvite::parse) == 0);
}

TEST_CASE("a log that is not the one the invite pins is not believed") {
  Inviting office;
  const OrganisationState shown = office.state;
  CHECK(office.text_invite.check(shown).has_value());
  office.add_user({Role::worker});
  CHECK(office.text_invite.check(office.state).has_value());  // the log may have grown

  CHECK(code_of(office.text_invite.check(OrganisationState())) == ErrorCode::wrong_server);
  CHECK(code_of(office.text_invite.check(Office(5).state)) == ErrorCode::wrong_server);
  const auto altered = [&](const std::function<void(Invite&)>& change) {
    Invite invite = office.make();
    change(invite);
    return code_of(invite.check(shown));
  };
  CHECK(altered([](Invite& invite) { invite.first_record.bytes[0] ^= 1; }) ==
        ErrorCode::wrong_server);
  CHECK(altered([&](Invite& invite) { invite.head = office.state.head(); }) ==
        ErrorCode::wrong_server);  // shown less than the invite has seen
  CHECK(altered([&](Invite& invite) {
          invite.head = {2, *shown.hash_at(1)};
        }) == ErrorCode::wrong_server);
  CHECK(altered([&](Invite& invite) {
          invite.head = shown.head();
          invite.server_key.bytes[0] ^= 1;
        }) == ErrorCode::wrong_server);
  CHECK(altered([&](Invite& invite) {
          invite.head = shown.head();
          invite.id = office.random.make<InviteId>();
        }) == ErrorCode::invite_unknown);
  CHECK(altered([&](Invite& invite) {
          invite.head = shown.head();
          invite.secret = crypto::SigningSecret::random(office.random);
        }) == ErrorCode::invite_unknown);
}

TEST_CASE("an invite that is used or revoked says so") {
  Inviting office;
  SUBCASE("used") {
    const auto device = DeviceIdentity::make(office.random);
    office.append(
        make_device_add(office.state, device, office.invited.id, office.invited.secret).value());
    CHECK(code_of(office.text_invite.check(office.state)) == ErrorCode::invite_used);
  }
  SUBCASE("revoked") {
    office.append(office.founder(), InviteRevoke{office.invited.id});
    CHECK(code_of(office.text_invite.check(office.state)) == ErrorCode::invite_unknown);
  }
}

TEST_CASE("an invite outlives a change of the server's key after it was written") {
  Inviting office;
  office.append(office.founder(), ServerKeySet{office.random.make<crypto::SigningPublic>()});
  CHECK(office.text_invite.check(office.state).has_value());
}

TEST_CASE("a server address is a host and a port") {
  for (const char* good : {"a:1", "office.example.dk:8443", "192.0.2.7:65535", "[::1]:443",
                           "[2001:db8::192.0.2.1]:8443"}) {
    CAPTURE(good);
    CHECK(check_server_address(good).has_value());
  }
  for (const char* bad :
       {"", ":", "a", "a:", ":1", "a:0", "a:01", "a:65536", "a:99999999999", "a b:1", "a/b:1",
        "user@a:1", "::1:443", "[]:1", "[g::1]:1", "a:+1", "a:1x"}) {
    CAPTURE(bad);
    CHECK(code_of(check_server_address(bad)) == ErrorCode::malformed);
  }
  CHECK(code_of(check_server_address(std::string(300, 'a') + ":1")) == ErrorCode::malformed);
}

TEST_CASE("the founding secret vouches for one first record") {
  SeededRandom random(6);
  const FoundingInvite invite = founding(random);
  const Office office(1);
  const Office other(2);
  const auto key = crypto::signing_public(invite.secret);
  const auto signature = sign_founding(invite.secret, office.records.front());
  CHECK(check_founding(key, office.records.front(), signature).has_value());
  CHECK(code_of(check_founding(key, other.records.front(), signature)) == ErrorCode::bad_signature);
  CHECK(code_of(check_founding(other.state.server_key(), office.records.front(), signature)) ==
        ErrorCode::bad_signature);
}
