// SPDX-License-Identifier: Apache-2.0
// One person's device in the demonstration: a data directory and the feltbog program working on it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/demo/process.h"
#include "core/base/value.h"

namespace feltbog::demo {

struct Programs {
  std::string client;  // feltbog
  std::string server;  // feltbogd
};

// What the syncs of a device moved.
struct Moved {
  std::int64_t sent = 0;  // bytes on the wire
  std::int64_t received = 0;
  std::int64_t milliseconds = 0;
  int syncs = 0;
};

class Device {
 public:
  Device(Programs programs, std::string name, std::string folder);

  // Runs `feltbog WORDS...` with --json. Returns its result; an error carries the code that was
  // given.
  Result<Value> run(std::vector<std::string> words);
  // The same for a query: asked again when the process that answers was killed under it.
  Result<Value> ask(const std::vector<std::string>& words);
  // The same for a command that must not be done twice: tried again under one request id until it
  // is known to have happened.
  Result<Value> run_once(std::vector<std::string> words, const std::string& request);
  Result<Value> sync();
  // Kills the process that owns the database, as a phone's operating system would. False when there
  // is none just now.
  bool kill_owner();
  // Ends the owner in good order.
  void close();

  const std::string& name() const { return name_; }
  const std::string& data() const { return data_; }
  const std::string& traffic() const { return traffic_; }
  const Moved& moved() const { return moved_; }
  // Called while a command runs, to disturb it.
  std::function<void()> disturb;

 private:
  Programs programs_;
  std::string name_;
  std::string folder_;
  std::string data_;
  std::string traffic_;
  std::string passphrase_;
  Moved moved_;
};

}  // namespace feltbog::demo
