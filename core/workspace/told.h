// SPDX-License-Identifier: Apache-2.0
// What a watch has entered in the access log already: it enters each case once.
#pragma once

#include <set>

#include "core/base/ids.h"

namespace feltbog::workspace {

struct Told {
  bool begun = false;
  std::set<SpaceId> cases;
};

}  // namespace feltbog::workspace
