// SPDX-License-Identifier: Apache-2.0
// Two phones apart and together again, and who settles what they disagree on.
#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

// Two workers and a desk with one case between them, all in step.
struct Team : Site {
  Team()
      : ane(worker("Ane Prøve")),
        bo(worker("Bo Prøve")),
        file(referred_case({ane->name(), bo->name()})) {
    sync({ane.get(), bo.get()});
  }
  void reconnect(bool bo_first) const {
    const Client* first = bo_first ? bo.get() : ane.get();
    const Client* second = bo_first ? ane.get() : bo.get();
    sync({first, second, &desk});
  }
  std::vector<const Client*> all() const { return {ane.get(), bo.get(), &desk}; }
  // The one open conflict, as this device lists it.
  static Value conflict(const Client& client) {
    const Value open = client.must({"conflicts", "list"});
    REQUIRE(open.items().size() == 1);
    return open.items().front();
  }

  std::unique_ptr<Client> ane;
  std::unique_ptr<Client> bo;
  std::string file;
};

TEST_CASE("a note edited on two phones apart holds both people's words, whoever reconnects first") {
  const Team site;
  const std::string merged = "Ane: hun smilede 🙂 Vi mødtes ved bussen. Bo: på torsdag igen.";
  for (const bool bo_first : {false, true}) {
    CAPTURE(bo_first);
    const std::string title = bo_first ? "Bo først" : "Ane først";
    site.ane->must({"note", "write", site.file, "Vi mødtes ved bussen.", "--title", title});
    site.reconnect(false);
    site.ane->must(
        {"note", "edit", site.file, title, "Ane: hun smilede 🙂 Vi mødtes ved bussen."});
    site.bo->must({"note", "edit", site.file, title, "Vi mødtes ved bussen. Bo: på torsdag igen."});
    site.reconnect(bo_first);
    for (const Client* each : site.all()) {
      CHECK(note_text(*each, site.file, title) == merged);
      CHECK(each->must({"conflicts", "list"}).items().empty());
      CHECK(state_hash(*each, site.file) == state_hash(site.desk, site.file));
    }
  }
}

TEST_CASE("words written while another phone signed the note land in the inbox and are kept") {
  const Team site;
  site.ane->must({"note", "write", site.file, "Aftalt besøg.", "--title", "Besøg"});
  site.reconnect(false);
  site.ane->must({"note", "sign", site.file, "Besøg"});
  site.bo->must({"note", "edit", site.file, "Besøg", "Aftalt besøg. Hun ringer selv."});
  site.reconnect(true);
  for (const Client* each : site.all()) {
    CHECK(note_text(*each, site.file, "Besøg") == "Aftalt besøg.");
    CHECK(Team::conflict(*each)["kind"] == Value("late_edit"));
  }
  site.bo->refuses({"note", "edit", site.file, "Besøg", "Noget andet"}, ErrorCode::immutable);
  const std::string id = Team::conflict(*site.bo)["id"].text_or({});
  site.bo->must({"conflicts", "settle", id});
  site.reconnect(false);
  for (const Client* each : site.all()) {
    const Value note = each->must({"note", "show", site.file, "Besøg"});
    REQUIRE(note["addenda"].items().size() == 1);
    CHECK(note["addenda"].items()[0]["text"].text_or({}).find("Hun ringer selv") !=
          std::string::npos);
    CHECK(each->must({"conflicts", "list"}).items().empty());
  }
}

TEST_CASE("two outcomes are settled by the caseworker and by no worker") {
  const Team site;
  site.ane->must({"outcome", "record", site.file, "contact.reached"});
  site.bo->must({"outcome", "record", site.file, "contact.handed_back"});
  site.reconnect(false);
  const std::string id = Team::conflict(site.desk)["id"].text_or({});
  for (const Client* worker : {site.ane.get(), site.bo.get()}) {
    CHECK(Team::conflict(*worker)["id"] == Value(id));
    CHECK(Team::conflict(*worker)["yours_to_settle"] == Value(false));
    worker->refuses({"conflicts", "settle", id, "--pick", "1"}, ErrorCode::not_permitted);
  }
  CHECK(Team::conflict(site.desk)["yours_to_settle"] == Value(true));
  site.desk.refuses({"conflicts", "settle", id, "--pick", "3"}, ErrorCode::invalid_argument);
  site.desk.must({"conflicts", "settle", id, "--pick", "1"});
  site.reconnect(true);
  for (const Client* each : site.all()) {
    CHECK(each->must({"conflicts", "list"}).items().empty());
    CHECK(state_hash(*each, site.file) == state_hash(site.desk, site.file));
  }
}

}  // namespace
}  // namespace feltbog::e2e
