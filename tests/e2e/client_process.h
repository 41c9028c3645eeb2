// SPDX-License-Identifier: Apache-2.0
// A person's device: a data directory, and the feltbog program run on it as a person would.
#pragma once

#include <string>
#include <vector>

#include "apps/demo/process.h"
#include "core/base/value.h"

namespace feltbog::e2e {

using Words = std::vector<std::string>;

// What a command with --json came to.
struct Answer {
  int status = 0;
  Value value;        // the result, or the error's record
  std::string error;  // the error's name; empty on success

  const Value& operator[](std::string_view field) const { return value[field]; }
};

class Client {
 public:
  // `folder` is made; the data directory is `data`, or inside the folder.
  Client(std::string name, std::string folder, std::string data = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Answer run(const Words& words) const;
  // Fails the test when the command does.
  Value must(const Words& words) const;
  // Without --json, in English: what a person sees.
  demo::Outcome show(const Words& words) const;
  // The same command with --json, in the background.
  demo::Process start(const Words& words) const;
  // Checks that the command is refused with this error, its text and its exit status.
  void refuses(const Words& words, ErrorCode code) const;

  // Replaces the passphrase that the next commands give.
  void give_passphrase(const std::string& words) const;
  void give_own_passphrase() const;

  // The process that owns the database; 0 when there is none.
  pid_t owner() const;
  // kill -9, and waits until it is gone.
  void kill_owner() const;
  // Ends the owner in good order and waits until it is gone.
  void close() const;

  const std::string& name() const { return name_; }
  const std::string& folder() const { return folder_; }
  const std::string& data() const { return data_; }

 private:
  Words command_line(const Words& words) const;

  std::string name_;
  std::string folder_;
  std::string data_;
};

}  // namespace feltbog::e2e
