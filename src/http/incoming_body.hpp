// A request's body on its way in: bounded, counted, and on the disk when it is large and its route takes
// files.
#pragma once

#include <memory>
#include <optional>

#include "http/chunked.hpp"
#include "http/service.hpp"

namespace securestack {

class IncomingBody {
  public:
    // Bodies up to here do not count against a budget: the number of connections bounds them.
    static constexpr std::size_t uncounted = 4 * 1024;

    // `length` is the announced one, nullopt when the body comes in chunks. `budget` is for what of it is in
    // memory.
    IncomingBody(Service const& service, MemoryBudget& budget, Request& request,
                 std::optional<std::uint64_t> length, std::size_t limit, bool takes_files);

    // Moves what it can of `in` into the request; how many bytes that were. A Problem when the body is not
    // well formed, too long, or there is no room for it. Writes to the disk, on this thread.
    Result<std::size_t> take(std::string_view in);

    std::size_t expected() const;  // at least so many bytes are still to come; 0 when it is whole
    std::size_t received() const { return spooled_ + request_.body.size(); }

  private:
    struct Shares;
    Shares& shares();
    Result<std::size_t> decode(std::string_view in);
    Result<void> hold();
    Result<void> spool();
    void write();

    Service const& service_;
    MemoryBudget& budget_;
    Request& request_;
    std::optional<std::uint64_t> const length_;
    bool const takes_files_;
    ChunkedDecoder decoder_;
    std::shared_ptr<Shares> shares_;
    std::shared_ptr<Spool> spool_;
    std::size_t spooled_ = 0;
};

}  // namespace securestack
