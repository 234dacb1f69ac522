#include "storage/engine_tx.hpp"

namespace securestack {
namespace {

void require_storable(std::span<Param const> params) {
    for (auto const& param : params) {
        auto const* text = std::get_if<std::string>(&param.value());
        if (text != nullptr && text->contains('\0')) {
            throw DatabaseError{DatabaseError::Kind::check, "a text with a NUL character cannot be stored"};
        }
    }
}

}  // namespace

void EngineTx::query(std::string_view sql, std::span<Param const> params, Each const& each) {
    guarded([&] {
        require_storable(params);
        do_query(sql, params, each);
    });
}

std::int64_t EngineTx::execute(std::string_view sql, std::span<Param const> params) {
    return guarded([&] {
        require_storable(params);
        return do_execute(sql, params);
    });
}

void EngineTx::run_script(std::string_view sql) {
    guarded([&] { do_script(sql); });
}

void EngineTx::run_until(std::stop_token stop) {
    stop_ = stop;
    do_run_until(std::move(stop));
    require_sound();
}

void EngineTx::attempt(std::function<void()> const& work) {
    auto const savepoint = "attempt_" + std::to_string(depth_ + 1);
    run_script("SAVEPOINT " + savepoint);
    ++depth_;
    auto const kept = actions_.size();
    auto const was_audited = audited;
    try {
        work();
        run_script("RELEASE SAVEPOINT " + savepoint);
        --depth_;
    } catch (...) {
        --depth_;
        actions_.erase(actions_.begin() + static_cast<std::ptrdiff_t>(kept), actions_.end());
        audited = was_audited;
        take_back(savepoint);
        throw;
    }
}

std::int64_t EngineTx::attempt(std::string_view sql, std::span<Param const> params) {
    std::int64_t rows = 0;
    if (!undoes_statements()) {
        attempt([&] { rows = execute(sql, params); });
        return rows;
    }
    try {
        rows = execute(sql, params);
    } catch (DatabaseError const& error) {
        using Kind = DatabaseError::Kind;
        bool const undone =
            error.kind() == Kind::unique || error.kind() == Kind::foreign_key || error.kind() == Kind::check;
        if (undone) failure_.reset();
        throw;
    }
    return rows;
}

void EngineTx::take_back(std::string const& savepoint) {
    // After a serialization failure only the whole transaction can be run again.
    if (failure_ && failure_->kind() == DatabaseError::Kind::serialization) return;
    try {
        do_script("ROLLBACK TO SAVEPOINT " + savepoint + "; RELEASE SAVEPOINT " + savepoint);
        failure_.reset();
    } catch (DatabaseError const& error) {
        if (!failure_) failure_ = error;
    }
}

}  // namespace securestack
