// SPDX-License-Identifier: Apache-2.0
// The tables of a relay's database. docs/server.md explains them.
#pragma once

#include <span>

#include "core/store/migration.h"

namespace feltbog::server {

std::span<const store::Migration> relay_migrations();

}  // namespace feltbog::server
