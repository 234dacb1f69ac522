// Idempotency-Key on POST: a request that is repeated with its key gets the answer of the first time, and
// nothing is done twice.
//
// The key is taken in the transaction of the mutation, before it, and the answer is kept there, after it:
// both are committed with what they stand for, or not at all. Two replicas with the same key meet at the row:
// the second waits for the first, and then finds its answer.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"
#include "http/message.hpp"
#include "storage/database.hpp"

namespace securestack {

// How long an answer is kept.
inline constexpr std::chrono::hours idempotency_window{24};

// A request with its key. Keys of different callers have nothing to do with one another; each API key is a
// caller of its own.
struct KeyedRequest {
    Id caller{};
    std::string key;
};

Id idempotency_caller(Principal const& principal);

// The key of a request: nullopt without one. `malformed` unless there is one, of 1 to 255 visible ASCII
// characters.
Result<std::optional<std::string>> idempotency_key(Headers const& headers);

// The keyed requests that are on their way in this program. Thread-safe.
class RequestsInFlight {
  public:
    // Ends with its request. Empty when another with the same key is on its way.
    class Place {
      public:
        Place() = default;
        Place(Place&& other) noexcept
            : all_(std::exchange(other.all_, nullptr)), key_(std::move(other.key_)) {}
        Place& operator=(Place&& other) noexcept {
            leave();
            all_ = std::exchange(other.all_, nullptr);
            key_ = std::move(other.key_);
            return *this;
        }
        ~Place() { leave(); }
        explicit operator bool() const { return all_ != nullptr; }
        void leave();

      private:
        friend class RequestsInFlight;
        RequestsInFlight* all_ = nullptr;
        std::pair<Id, std::string> key_;
    };

    Place enter(KeyedRequest const& keyed);

  private:
    std::mutex mutex_;
    std::set<std::pair<Id, std::string>> keys_;
};

// What keeps answers. Implemented by src/idempotency. Thread-safe; every call is part of the caller's
// transaction.
class IdempotencyStore {
  public:
    virtual ~IdempotencyStore() = default;
    // The answer that is kept for this key, if one is. `invalid` when it belongs to another request.
    virtual Result<std::optional<Response>> find(Tx& tx, KeyedRequest const& keyed, Request const& request,
                                                 Time now) = 0;
    // The same, and takes the key when there is none. Waits for another transaction that has just taken it.
    virtual Result<std::optional<Response>> take(Tx& tx, KeyedRequest const& keyed, Request const& request,
                                                 Time now) = 0;
    // Keeps the answer under a key that was taken in this transaction.
    virtual void keep(Tx& tx, KeyedRequest const& keyed, Response const& answer) = 0;
    // Gives a key back that was taken in this transaction: the request was refused, and may be repeated.
    virtual void give_back(Tx& tx, KeyedRequest const& keyed) = 0;

    RequestsInFlight& in_flight() { return in_flight_; }

  private:
    RequestsInFlight in_flight_;
};

}  // namespace securestack
