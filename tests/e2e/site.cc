// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/site.h"

namespace feltbog::e2e {

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Site::Site()
    : server(scratch / "server", demo::free_port()), desk("Inger Prøve", scratch / "desk") {
  server.start();
  desk.must({"org", "create", "--office", server.founding_invite(), "--name", desk.name()});
}

std::string Site::invite(const std::string& name, const Words& options) const {
  const Words words{"invite", "--name", name, "--role", "worker"};
  return desk.must(words + options)["invite"].text_or({});
}

std::unique_ptr<Client> Site::worker(const std::string& name, const std::string& data) const {
  auto made = std::make_unique<Client>(name, scratch / name, data);
  made->must({"enrol", invite(name)});
  // The desk gives the new device the keys it is entitled to.
  desk.must({"sync"});
  made->must({"sync"});
  return made;
}

std::string Site::referred_case(const Words& workers) const {
  desk.must({"pathway", "publish",
             "@" + std::string(FELTBOG_SOURCE_DIR) + "/pathways/slagelse-fokus-2021.json"});
  const Value opened = desk.must({"case", "new", "Opdigtet Borger"});
  Words refer{"case", "refer", opened["case"].text_or({}), "--pathway", "slagelse-fokus"};
  for (const std::string& worker : workers) refer.insert(refer.end(), {"--to", worker});
  refer.insert(refer.end(), {"--fields", R"({"referral_date":"2026-11-02","reason":"mental",)"
                                         R"("source":"professional"})"});
  const Value referred = desk.must(refer);
  desk.must({"sync"});
  return referred["case"].text_or({});
}

void Site::sync(const std::vector<const Client*>& clients) {
  for (int round = 0; round < 2; ++round) {
    for (const Client* client : clients) client->must({"sync"});
  }
}

std::string note_text(const Client& client, const std::string& file, const std::string& note) {
  return client.must({"note", "show", file, note})["text"].text_or({});
}

std::string state_hash(const Client& client, const std::string& file) {
  return client.must({"case", "show", file})["state_hash"].text_or({});
}

bool lists_note(const Client& client, const std::string& file, const std::string& title) {
  const Value notes = client.must({"note", "list", file});
  for (const Value& note : notes.items()) {
    if (note["title"] == Value(title)) return true;
  }
  return false;
}

}  // namespace feltbog::e2e
