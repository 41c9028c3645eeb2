// SPDX-License-Identifier: Apache-2.0
#include "core/casework/explain.h"

#include <array>

namespace feltbog::casework {
namespace {

constexpr std::array<std::string_view, 12> kMonthsDa = {
    "januar", "februar", "marts",     "april",   "maj",      "juni",
    "juli",   "august",  "september", "oktober", "november", "december"};
constexpr std::array<std::string_view, 12> kMonthsEn = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDaysDa = {"mandag", "tirsdag", "onsdag", "torsdag",
                                                     "fredag", "lørdag",  "søndag"};
constexpr std::array<std::string_view, 7> kDaysEn = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                     "Friday", "Saturday", "Sunday"};

struct UnitWords {
  std::string_view one_da, many_da, one_en, many_en;
};

UnitWords words_of(Unit unit) {
  switch (unit) {
    case Unit::day: return {"en dag", "dage", "one day", "days"};
    case Unit::working_day:
      return {"en arbejdsdag", "arbejdsdage", "one working day", "working days"};
    case Unit::week: return {"en uge", "uger", "one week", "weeks"};
    case Unit::month: return {"en måned", "måneder", "one month", "months"};
  }
  return {};
}

}  // namespace

Text date_text_without_year(Date date) {
  const CivilDate parts = civil(date);
  const auto month = static_cast<std::size_t>(parts.month - 1);
  const std::string day = std::to_string(parts.day);
  return {day + ". " + std::string(kMonthsDa[month]), day + ' ' + std::string(kMonthsEn[month])};
}

Text date_text(Date date) {
  const Text day = date_text_without_year(date);
  const std::string year = ' ' + std::to_string(civil(date).year);
  return {day.da + year, day.en + year};
}

Text weekday_text(Weekday day) {
  const auto index = static_cast<std::size_t>(day) - 1;
  return {std::string(kDaysDa[index]), std::string(kDaysEn[index])};
}

Text weekday_date_text(Date date) {
  const Text day = weekday_text(weekday(date));
  const Text rest = date_text(date);
  return {day.da + ' ' + rest.da, day.en + ' ' + rest.en};
}

Text period_text(Period period) {
  const UnitWords words = words_of(period.unit);
  if (period.count == 1) return {std::string(words.one_da), std::string(words.one_en)};
  const std::string count = std::to_string(period.count) + ' ';
  return {count + std::string(words.many_da), count + std::string(words.many_en)};
}

Text status_text(DeadlineStatus status) {
  switch (status) {
    case DeadlineStatus::upcoming: return {"kommende", "upcoming"};
    case DeadlineStatus::due_soon: return {"snart", "due soon"};
    case DeadlineStatus::due_today: return {"i dag", "due today"};
    case DeadlineStatus::overdue: return {"overskredet", "overdue"};
    case DeadlineStatus::met: return {"opfyldt", "met"};
    case DeadlineStatus::met_late: return {"opfyldt for sent", "met late"};
    case DeadlineStatus::stopped: return {"bortfaldet", "no longer asked for"};
    case DeadlineStatus::undetermined: return {"uafklaret", "undetermined"};
  }
  return {};
}

Text hardness_text(Hardness hardness) {
  switch (hardness) {
    case Hardness::statutory: return {"lovbestemt", "statutory"};
    case Hardness::promised: return {"lovet borgeren", "promised to the citizen"};
    case Hardness::internal: return {"intern frist", "internal"};
    case Hardness::aim: return {"mål, ikke pligt", "an aim, not a duty"};
  }
  return {};
}

}  // namespace feltbog::casework
