// SPDX-License-Identifier: Apache-2.0
// An office server's directory: settings, keys, certificate, database. docs/server.md lists the
// files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/disk.h"
#include "server/relay_store.h"
#include "server/tls.h"

namespace feltbog::server {

constexpr std::uint16_t kDefaultPort = 7443;

struct OfficeSettings {
  std::string host;
  std::uint16_t port = kDefaultPort;
};

struct OfficePaths {
  explicit OfficePaths(std::string_view directory);
  std::string directory;
  std::string settings;
  std::string database;
  std::string database_key;
  std::string identity_key;
  std::string tls_key;
  std::string tls_certificate;
  std::string port;  // only while serving
};

// Makes the directory and all in it, and returns the founding invite's text. What an interrupted
// init left is used, not replaced. Errors: already_exists, invalid_argument (host), busy, io_error,
// disk_full.
Result<std::string> init_office(Disk& disk, Clock& clock, Random& random,
                                std::string_view directory, const OfficeSettings& settings);

// Replaces the founding invite. Errors: not_found (no office there), wrong_state (an organisation
// exists), busy, and those of reading.
Result<std::string> renew_founding_invite(Disk& disk, Clock& clock, Random& random,
                                          std::string_view directory);

struct Office {
  OfficeSettings settings;
  std::unique_ptr<RelayStore> store;
  SslContext tls;
};

// Errors: not_found (no office there: run init), busy (it is being served), corrupt, io_error.
Result<Office> open_office(Disk& disk, Clock& clock, Random& random, std::string_view directory);

Result<OfficeSettings> read_settings(Disk& disk, std::string_view directory);

}  // namespace feltbog::server
