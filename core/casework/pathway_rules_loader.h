// SPDX-License-Identifier: Apache-2.0
// Reading the rules inside a pathway: conditions, clocks, duties, contact ladders. For the loader
// only.
#pragma once

#include "core/casework/json_reader.h"
#include "core/casework/pathway.h"

namespace feltbog::casework {

// `document` is the pathway's own document, for sources that only give a place in it.
SourceRef load_source(const JsonReader& json, const std::string& document);
// {"days": 14}, {"working_days": 3}, {"weeks": 1} or {"months": 6}.
Period load_period(const JsonReader& json);
Condition load_condition(const JsonReader& json);
DeadlineRule load_deadline(const JsonReader& json, const std::string& document);
ObligationRule load_obligation(const JsonReader& json, const std::string& document);
ContactProtocol load_contact_protocol(const JsonReader& json, const std::string& document);

}  // namespace feltbog::casework
