#include "overview/event_hub.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/object.hpp>

#include "audit/audit_record.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

namespace json = boost::json;

// A first look goes back so far, so that a client whose replica has just begun can resume.
constexpr std::chrono::minutes first_look{10};

// A look that finds as many has fallen behind: those who follow are told to read everything anew.
constexpr std::size_t most_records = 50'000;

std::optional<Id> id_of_change(json::object const& changes, std::string_view member) {
    auto const* change = changes.if_contains(member);
    auto const* from =
        change == nullptr || !change->is_object() ? nullptr : change->as_object().if_contains("from");
    auto const* text = from == nullptr ? nullptr : from->if_string();
    return text == nullptr ? std::nullopt : Id::parse(*text);
}

EventPointer event_of(AuditRecord const& record) {
    auto event = std::make_shared<Event>();
    event->id = record.id;
    event->at = record.at;
    event->action = record.action;
    event->type = record.object.type;
    if (record.object_id) event->object = Id::parse(*record.object_id);
    event->actor = record.actor_id;
    if (!record.changes) return event;
    auto const parsed = parse_json(record.changes->json);
    auto const* changes = parsed ? parsed->if_object() : nullptr;
    if (changes == nullptr) return event;
    for (auto const& change : *changes) event->changed.emplace_back(change.key());
    event->last_holder = {.owner = id_of_change(*changes, "owner").value_or(Id{}),
                          .team = id_of_change(*changes, "team")};
    return event;
}

}  // namespace

void EventHub::refresh(Tx& tx, std::chrono::steady_clock::time_point now) {
    std::unique_lock const looking(look_mutex_, std::try_to_lock);
    if (!looking || (looked_at_ && now - *looked_at_ < between_looks)) return;
    looked_at_ = now;
    auto found = read_new(tx);
    keep(std::move(found));
}

// By the time of the newest record, whatever this replica's clock says.
std::vector<EventPointer> EventHub::read_new(Tx& tx) {
    auto newest = newest_.value_or(Time{});
    if (!newest_) {
        auto const last = tx.first("SELECT at FROM audit_records ORDER BY id DESC LIMIT 1", {},
                                   [](Row const& row) { return row.time(0); });
        if (!last) return {};
        newest = *last - first_look + longest_delay;
    }
    auto const low = first_id_at(newest - longest_delay);
    std::vector<EventPointer> found;
    std::size_t records = 0;
    auto const rest = std::move(Sql{}
                                    .add("WHERE id >= ")
                                    .bind(low)
                                    .add(" AND outcome = 'success' ORDER BY id LIMIT ")
                                    .bind(static_cast<std::int64_t>(most_records)));
    Table<AuditRecord>(tx).for_each(rest, [&](AuditRecord const& record) {
        ++records;
        newest = std::max(newest, record.at);
        if (seen_.insert(record.id).second) found.push_back(event_of(record));
    });
    if (records == most_records) fell_behind_ = true;
    newest_ = newest;
    seen_.erase(seen_.begin(), seen_.lower_bound(first_id_at(newest - longest_delay)));
    return found;
}

void EventHub::keep(std::vector<EventPointer> found) {
    std::lock_guard const lock(mutex_);
    for (auto& each : found) {
        auto numbered = std::make_shared<Event>(*each);
        numbered->number = ++latest_;
        events_.push_back(std::move(numbered));
    }
    if (std::exchange(fell_behind_, false)) events_.clear();
    while (events_.size() > most_events) events_.pop_front();
}

EventHub::Batch EventHub::after(std::uint64_t number, std::size_t limit) const {
    std::lock_guard const lock(mutex_);
    Batch batch;
    auto const oldest = latest_ - events_.size();  // all up to this one are forgotten
    batch.lost = number < oldest;
    for (auto i = std::max(number, oldest) - oldest; i < events_.size() && batch.events.size() < limit; ++i)
        batch.events.push_back(events_[i]);
    return batch;
}

std::uint64_t EventHub::latest() const {
    std::lock_guard const lock(mutex_);
    return latest_;
}

std::optional<std::uint64_t> EventHub::find(Id id) const {
    std::lock_guard const lock(mutex_);
    auto const found = std::ranges::find(events_.rbegin(), events_.rend(), id, &Event::id);
    if (found == events_.rend()) return std::nullopt;
    return (*found)->number;
}

}  // namespace securestack
