// SPDX-License-Identifier: Apache-2.0
// Wrong passphrases and invites that are no good: each with its own error, and then the good one.
#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

TEST_CASE("a wrong passphrase is refused, and the right one opens the same words") {
  const Site site;
  const std::string file = site.desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({});
  site.desk.must({"note", "write", file, "Lys i vinduet", "--title", "Aften"});
  site.desk.must({"lock"});
  site.desk.give_passphrase("det var en helt anden sætning");
  site.desk.refuses({"note", "show", file, "Aften"}, ErrorCode::wrong_passphrase);
  site.desk.refuses({"unlock"}, ErrorCode::wrong_passphrase);
  site.desk.give_own_passphrase();
  CHECK(note_text(site.desk, file, "Aften") == "Lys i vinduet");
  // Open by now: nobody asks.
  site.desk.give_passphrase("det var en helt anden sætning");
  CHECK(note_text(site.desk, file, "Aften") == "Lys i vinduet");
  site.desk.give_own_passphrase();
}

TEST_CASE("wrong passphrases again and again have to wait, and a restart does not help") {
  const Site site;
  site.desk.must({"lock"});
  site.desk.give_passphrase("det var en helt anden sætning");
  Answer answer;
  for (int attempt = 0; attempt < 12 && answer.error != "too_many_tries"; ++attempt) {
    answer = site.desk.run({"unlock"});
  }
  CHECK(answer.error == "too_many_tries");
  CHECK(answer.status == 12);
  site.desk.kill_owner();
  site.desk.give_own_passphrase();
  site.desk.refuses({"unlock"}, ErrorCode::too_many_tries);
}

TEST_CASE("a passphrase that is too short makes no database") {
  const Site site;
  const Client phone("Ane Prøve", site.scratch / "phone");
  const std::string invite = site.invite(phone.name());
  phone.give_passphrase("kort");
  phone.refuses({"enrol", invite}, ErrorCode::weak_passphrase);
  CHECK_FALSE(std::filesystem::exists(phone.data() + "/feltbog.db"));
  phone.give_own_passphrase();
  phone.must({"enrol", invite});
  CHECK(phone.must({"status"})["stage"] == Value("member"));
}

TEST_CASE("an expired invite is refused, and a new one lets the same phone in") {
  const Site site;
  const Client phone("Ane Prøve", site.scratch / "phone");
  const std::string expired = site.invite(phone.name(), {"--expires-hours", "0"});
  phone.refuses({"enrol", expired}, ErrorCode::invite_expired);
  CHECK_FALSE(std::filesystem::exists(phone.data() + "/feltbog.db"));
  phone.must({"enrol", site.invite(phone.name())});
  CHECK(phone.must({"status"})["stage"] == Value("member"));
}

TEST_CASE("an invite lets in one device") {
  const Site site;
  const Client first("Ane Prøve", site.scratch / "first");
  const Client second("Bo Prøve", site.scratch / "second");
  const std::string invite = site.invite(first.name());
  first.must({"enrol", invite});
  second.refuses({"enrol", invite}, ErrorCode::invite_used);
  first.refuses({"enrol", site.invite("Bo Prøve")}, ErrorCode::already_exists);
  second.must({"enrol", site.invite("Bo Prøve")});
  Site::sync({&site.desk, &first, &second});
  CHECK(second.must({"status"})["user"] == Value("Bo Prøve"));
  CHECK(first.must({"status"})["user"] == Value("Ane Prøve"));
}

TEST_CASE("an invite the server has not heard of is refused until it has") {
  Site site;
  const Client phone("Ane Prøve", site.scratch / "phone");
  site.server.stop();
  // It was made, and cannot be shown again: it is printed although the server did not get it.
  const demo::Outcome made =
      site.desk.start({"invite", "--name", phone.name(), "--role", "worker"}).finish();
  CHECK(made.status == error_exit_status(ErrorCode::unreachable));
  const auto begin = made.out.find("feltbog-invite:");
  REQUIRE(begin != std::string::npos);
  const std::string invite = made.out.substr(begin, made.out.find('"', begin) - begin);
  site.server.start();
  phone.refuses({"enrol", invite}, ErrorCode::invite_unknown);
  site.desk.must({"sync"});
  phone.must({"enrol", invite});
  CHECK(phone.must({"status"})["stage"] == Value("member"));
}

TEST_CASE("an invite that is no invite, or half of one, is refused as text") {
  const Site site;
  const Client phone("Ane Prøve", site.scratch / "phone");
  const std::string invite = site.invite(phone.name());
  phone.refuses({"enrol", "god dag"}, ErrorCode::invalid_argument);
  const Answer half = phone.run({"enrol", invite.substr(0, invite.size() / 2)});
  CHECK(half.status == 30);
  std::string changed = invite;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  CHECK(phone.run({"enrol", changed}).status == 30);
  phone.must({"enrol", invite});
}

TEST_CASE("without a server, work goes on here and the same commands finish once it is back") {
  Site site;
  const Client phone("Ane Prøve", site.scratch / "phone");
  const std::string invite = site.invite(phone.name());
  site.server.stop();
  phone.refuses({"enrol", invite}, ErrorCode::unreachable);
  site.desk.refuses({"sync"}, ErrorCode::unreachable);
  const std::string file = site.desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({});
  site.desk.must({"note", "write", file, "Skrevet uden server", "--title", "Dag"});
  CHECK(site.desk.must({"status"})["all_sent"] == Value(false));
  site.server.start();
  phone.must({"enrol", invite});
  site.desk.must({"sync"});
  CHECK(site.desk.must({"status"})["all_sent"] == Value(true));
  CHECK(note_text(site.desk, file, "Dag") == "Skrevet uden server");
}

}  // namespace
}  // namespace feltbog::e2e
