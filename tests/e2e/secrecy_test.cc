// SPDX-License-Identifier: Apache-2.0
// Words that people wrote stand in no file, no log, no dump and no complaint.
#include <signal.h>

#include "apps/demo/canaries.h"
#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

const std::vector<std::string> kWords{"KANARIE-solsort-7719", "KANARIE-bogfinke-3302",
                                      "KANARIE-gærdesmutte-6150"};

// Takes the passphrases away first, which stand in the folder on purpose.
void nothing_readable_in(const Site& site) {
  const demo::Search search = demo::search_for(kWords, "everything", site.scratch.path());
  CHECK(search.found == 0);
  CHECK(search.bytes > 100'000);
}

TEST_CASE("words stand in no file of any folder, while they are used and when a process dies") {
  const Site site;
  const auto ane = site.worker("Ane Prøve");
  const std::string file = site.referred_case({ane->name()});
  ane->must({"sync"});
  ane->must({"note", "write", file, kWords[0], "--title", kWords[1]});
  site.desk.must({"case", "new", kWords[2], "--address", kWords[0]});
  demo::Process stays = ane->start({"sync", "--watch", "--record", site.scratch / "traffic"});
  CHECK(until([&] { return std::filesystem::exists(site.scratch / "traffic"); }));
  Site::sync({ane.get(), &site.desk});
  CHECK(note_text(site.desk, file, kWords[1]) == kWords[0]);
  CHECK_FALSE(site.desk.must({"search", kWords[0]}).items().empty());
  nothing_readable_in(site);
  CHECK(std::filesystem::file_size(ane->data() + "/owner.log") > 0);
  CHECK(std::filesystem::file_size(site.server.folder() + "/office.log") > 0);
  CHECK(std::filesystem::file_size(site.scratch / "traffic") > 0);
  // What a crash would leave behind: nothing, as no dump is written.
  CHECK(read_whole("/proc/" + std::to_string(ane->owner()) + "/limits")
            .find("Max core file size        0 ") != std::string::npos);
  ::kill(ane->owner(), SIGABRT);
  CHECK(until([&] { return ane->owner() == 0; }));
  CHECK(stays.finish().status == error_exit_status(ErrorCode::cancelled));
  nothing_readable_in(site);
  CHECK(note_text(*ane, file, kWords[1]) == kWords[0]);
}

// Runs a command for people that has to fail, and looks at what it says.
void complains_without_words(const Client& client, const Words& words) {
  const demo::Outcome outcome = client.show(words);
  const std::string line = words.front() + " " + (words.size() > 1 ? words[1] : "");
  CAPTURE(line);
  CHECK(outcome.status != 0);
  CHECK_FALSE(outcome.err.empty());
  for (const std::string& each : kWords) {
    CHECK_MESSAGE(outcome.err.find(each) == std::string::npos, outcome.err);
    CHECK_MESSAGE(outcome.out.find(each) == std::string::npos, outcome.out);
  }
  const demo::Outcome as_json = client.start(words).finish();
  for (const std::string& each : kWords) {
    CHECK_MESSAGE(as_json.out.find(each) == std::string::npos, as_json.out);
  }
}

TEST_CASE("complaints do not repeat the words they are about") {
  const Site site;
  const Client& desk = site.desk;
  const std::string word = kWords[0];
  const std::string file = desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({});
  desk.must({"note", "write", file, "Ord", "--title", "Note"});
  desk.must({"note", "sign", file, "Note"});
  const std::vector<Words> lines{
      {"note", "write", word, word},
      {"note", "write", file, word, "--happened", word},
      {"note", "write", file, word, word},
      {"note", "write", file, word, "--titel", word},
      {"note", "write", file, word, "--titel=" + word},
      {"note", "edit", file, "Note", word},
      {"note", "edit", file, word, word},
      {"note", "append", file, word, word},
      {"note", "sign", file, word},
      {"note", word},
      {word, word},
      {"case", "show", word},
      {"case", "show", word, "--now", word},
      {"case", "refer", file, "--pathway", word, "--to", word},
      {"conflicts", "settle", word, "--pick", word},
      {"conflicts", "show", word},
      {"event", "log", file, "visit", "--fields", "{\"" + word},
      {"visit", "log", file, "--minutes", word},
      {"outcome", "record", file, word},
      {"photo", "add", file, "/nowhere/" + word},
      {"photo", "add", word, "/etc/hostname"},
      {"photo", "save", file, word, site.scratch / word},
      {"pathway", "publish", "@/nowhere/" + word},
      {"pathway", "publish", "{\"id\":\"" + word + "\"}"},
      {"invite", "--name", word, "--role", word},
      {"enrol", word},
      {"org", "create", "--office", word, "--name", word},
      {"completion", word},
      {"status", "--lang", word},
      {"status", word},
      {"sync", "--record", "/nowhere/" + word},
  };
  for (const Words& line : lines) complains_without_words(desk, line);
  CHECK(demo::search_for(kWords, "everything", site.scratch.path()).found == 0);
  desk.must({"sync"});
}

TEST_CASE("a wrong passphrase is repeated nowhere") {
  const Site site;
  site.desk.must({"lock"});
  site.desk.give_passphrase(kWords[0] + " " + kWords[1]);
  complains_without_words(site.desk, {"status"});
  std::filesystem::remove(site.desk.folder() + "/passphrase");
  nothing_readable_in(site);
  site.desk.give_own_passphrase();
  site.desk.must({"status"});
}

}  // namespace
}  // namespace feltbog::e2e
