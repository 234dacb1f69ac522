#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/installation.hpp"
#include "storage/migrate.hpp"

namespace securestack {

int run_migrate(Settings const& settings, bool json) {
    auto const log = make_log(std::max(settings.log_level, LogLevel::warn), settings.log_format);
    make_data_directory(settings.data_dir);
    auto const database = open_database(settings.database, {}, *log);
    auto const report = bring_up_to_date(settings, *database, *log);
    database->close();
    if (report.from == 0) tell_of_new_database(settings);
    if (json) {
        std::cout << fmt::format("{{\"from\":{},\"to\":{}}}\n", report.from, report.to);
    } else if (report.from == report.to) {
        std::cout << fmt::format("The schema is at version {}: nothing to do.\n", report.to);
    } else {
        std::cout << fmt::format("The schema went from version {} to {}.\n", report.from, report.to);
    }
    return 0;
}

}  // namespace securestack
