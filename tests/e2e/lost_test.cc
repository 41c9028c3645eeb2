// SPDX-License-Identifier: Apache-2.0
// A phone that was lost, barred and ordered to be wiped, and comes back into reach.
#include <algorithm>
#include <filesystem>

#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

constexpr int kWipedStatus = 50;

// What is left in a data directory once its owner has ended.
std::vector<std::string> files_left(const Client& client) {
  client.close();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(client.data())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

const std::vector<std::string> kNothing{"owner.lock", "owner.token"};

}  // namespace

TEST_CASE("a lost phone hands in its last note, is wiped, says so, and its process ends") {
  const Site site;
  const auto phone = site.worker("Ane Prøve");
  const std::string file = site.referred_case({phone->name()});
  Site::sync({&site.desk, phone.get()});
  phone->must({"note", "write", file, "Det sidste jeg skrev", "--title", "Sidste"});
  site.desk.must({"device", "wipe", phone->name()});
  site.desk.must({"sync"});
  const demo::Outcome said = phone->show({"sync"});
  CHECK(said.status == kWipedStatus);
  CHECK(said.err.find("everything on it was destroyed") != std::string::npos);
  CHECK(until([&] { return phone->owner() == 0; }));
  CHECK(files_left(*phone) == kNothing);
  phone->refuses({"status"}, ErrorCode::not_found);

  site.desk.must({"sync"});
  CHECK_FALSE(lists_note(site.desk, file, "Sidste"));
  const Value held = site.desk.must({"held", "list"});
  REQUIRE(held.items().size() == 1);
  site.desk.must({"held", "adopt", held.items().front()["id"].text_or({})});
  CHECK(note_text(site.desk, file, "Sidste") == "Det sidste jeg skrev");
}

TEST_CASE("a phone that is connected when it is barred and ordered wiped is wiped at once") {
  const Site site;
  const auto phone = site.worker("Ane Prøve");
  demo::Process stays = phone->start({"sync", "--watch"});
  site.desk.must({"device", "wipe", phone->name()});
  site.desk.must({"sync"});
  CHECK(stays.finish().status == kWipedStatus);
  CHECK(files_left(*phone) == kNothing);
}

TEST_CASE("a phone that is only barred keeps what it holds and shows none of it") {
  const Site site;
  const auto phone = site.worker("Ane Prøve");
  const std::string file = site.referred_case({phone->name()});
  Site::sync({&site.desk, phone.get()});
  site.desk.must({"device", "revoke", phone->name()});
  site.desk.must({"sync"});
  phone->refuses({"sync"}, ErrorCode::revoked);
  phone->refuses({"case", "show", file}, ErrorCode::revoked);
  CHECK(phone->must({"status"})["stage"] == Value("revoked"));
  phone->refuses({"sync"}, ErrorCode::revoked);
  CHECK(std::filesystem::exists(phone->data() + "/feltbog.db"));
}

}  // namespace feltbog::e2e
