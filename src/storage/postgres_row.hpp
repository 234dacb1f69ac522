// The first row of a PGresult in text form.
#pragma once

#include <libpq-fe.h>

#include "storage/value.hpp"

namespace securestack::postgres {

class ResultRow final : public Row {
  public:
    explicit ResultRow(PGresult const* result) : result_(result) {}

    bool is_null(int column) const override;
    std::int64_t integer(int column) const override;
    bool boolean(int column) const override;
    double real(int column) const override;
    std::string_view text(int column) const override;
    Bytes bytes(int column) const override;
    Id id(int column) const override;

  private:
    std::string_view value(int column, char const* wanted) const;
    Oid type(int column) const { return PQftype(result_, column); }

    PGresult const* result_;
};

}  // namespace securestack::postgres
