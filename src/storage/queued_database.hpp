// What both engines share: the two queues, the threads that serve them, and the way a unit ends.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "storage/row_texts.hpp"
#include "storage/unit_queue.hpp"

namespace securestack {

class QueuedDatabase : public Database {
  public:
    void submit(UnitKind kind, Work work, Done done) override;
    DatabaseStats stats() const override;
    void close() override;

  protected:
    using Action = std::move_only_function<void()>;

    QueuedDatabase(DatabaseOptions options, Log& log);

    // Every engine's destructor calls close() first: the threads use its members.
    void start_thread(std::string name, std::function<void()> body);

    // Ends a unit that has waited past its deadline; true when it did.
    bool expired(Unit& unit);
    // Calls the actions (when there is no error) and then `done`.
    void finish(Unit& unit, std::vector<Action>& actions, std::exception_ptr error) noexcept;

    // True when the unit, a lookup, was run and has ended here; otherwise it waits like any read.
    virtual bool looked_up(Unit&) { return false; }
    // Where a read waits. An engine that reads on its writer's thread sends it there.
    virtual UnitQueue& queue_for(UnitKind kind) { return kind == UnitKind::read ? reads_ : writes_; }

    DatabaseOptions const options_;
    Log& log_;
    UnitQueue reads_;
    UnitQueue writes_;
    RowTexts row_texts_;
    std::atomic<std::uint64_t> commits_ = 0;
    std::atomic<std::uint64_t> retries_ = 0;
    std::atomic<bool> closing_ = false;

  private:
    std::mutex close_mutex_;
    std::vector<std::thread> threads_;
};

}  // namespace securestack
