#include "app/database_watch.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;

// Tokens and sessions are judged by each replica's own clock: further off, one refuses what another gives
// out.
constexpr seconds farthest_off{30};

bool is_off(seconds ahead) {
    return abs(ahead) > farthest_off;
}

// The database read its clock at some moment between the two.
seconds ahead_of(Time database, Time asked, Time answered) {
    if (database < asked) return ceil<seconds>(asked - database);
    if (database > answered) return floor<seconds>(answered - database);
    return seconds{0};
}

}  // namespace

DatabaseWatch::DatabaseWatch(Database& database, Clock const& clock, Log& log)
    : database_(database), clock_(clock), log_(log) {}

void DatabaseWatch::look() {
    auto const asked = clock_.now();
    auto const there = database_.probe();
    auto const answered = clock_.now();
    bool const reachable = there.has_value();
    if (reachable_.exchange(reachable) != reachable) {
        log_.write(reachable ? LogLevel::info : LogLevel::error, "database.reachable",
                   {{"reachable", reachable}});
    }
    if (there) note_clock(ahead_of(*there, asked, answered));
}

void DatabaseWatch::note_clock(seconds ahead) {
    auto const before = ahead_.exchange(ahead);
    if (is_off(before) == is_off(ahead)) return;
    log_.write(is_off(ahead) ? LogLevel::error : LogLevel::info, "clock.agrees",
               {{"agrees", !is_off(ahead)}, {"seconds_ahead", ahead.count()}});
}

std::vector<std::string> DatabaseWatch::faults() const {
    std::vector<std::string> found;
    if (!reachable_) found.emplace_back("the database cannot be reached");
    auto const ahead = ahead_.load();
    if (is_off(ahead)) {
        found.push_back("this machine's clock is " + std::to_string(abs(ahead).count()) + " seconds " +
                        (ahead > seconds{0} ? "ahead of" : "behind") +
                        " the database's: have both set by NTP");
    }
    return found;
}

}  // namespace securestack
