// SPDX-License-Identifier: Apache-2.0
// An office server and the devices of those who work with it, in a folder of their own.
#pragma once

#include <memory>

#include "tests/e2e/client_process.h"
#include "tests/e2e/scratch.h"
#include "tests/e2e/server_process.h"

namespace feltbog::e2e {

// A command line that words are added to.
Words operator+(Words words, const Words& more);

class Site {
 public:
  // A server that runs, and a desk that has founded the organisation on it.
  Site();

  Scratch scratch;
  Server server;
  Client desk;

  // An invite made at the desk.
  std::string invite(const std::string& name, const Words& options = {}) const;
  // A worker's device that has joined and holds all keys. `data` as for Client.
  std::unique_ptr<Client> worker(const std::string& name, const std::string& data = {}) const;
  // A case shared with the workers named, who have it once they sync. Returns its id.
  std::string referred_case(const Words& workers) const;
  // Everybody syncs, in the order given, twice around.
  static void sync(const std::vector<const Client*>& clients);
};

// The text of a note, as a device shows it.
std::string note_text(const Client& client, const std::string& file, const std::string& note);
std::string state_hash(const Client& client, const std::string& file);
// Whether the case lists a note of this title.
bool lists_note(const Client& client, const std::string& file, const std::string& title);

}  // namespace feltbog::e2e
