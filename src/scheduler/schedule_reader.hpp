// The text of a schedule, field by field; Schedule::parse in parts.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/cron.hpp"

namespace securestack {

class ScheduleReader {
  public:
    // The five fields that `text` is or stands for. Problem when it is neither.
    static Result<std::vector<std::string_view>> fields_of(std::string_view text);
    static Result<Schedule> read(std::span<std::string_view const> fields);
    static Problem wrong(std::string detail);
};

}  // namespace securestack
