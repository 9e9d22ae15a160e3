// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include <halo/core/record.hpp>

namespace halo::meta {

/// Any visitor of fields (core/record.hpp) behind one type: what a virtual function can be handed.
/// Refers to the visitor; allocates nothing.
class any_visitor {
 public:
  /// Refers to a visitor, which must outlive this.
  template <class Visit>
  explicit any_visitor(Visit& visit) noexcept
      : visit_(&visit), restores_(requires(nothing_recorded& part) { visit.leave(part); }) {
    call_ = [](void* to, field_path const& path, any_field const& field) {
      std::visit([&](auto const& f) { (*static_cast<Visit*>(to))(path, f); }, field);
    };
  }

  /// Hands a field on.
  template <class T>
  void operator()(field_path const& path, recorded_field<T> const& field) const {
    call_(visit_, path, any_field(std::in_place_type<recorded_field<T>>, field));
  }
  /// Tells a part that it was restored, where the visitor restores.
  template <class V>
  void leave(V& part) const noexcept {
    if constexpr (requires { part.restored(); })
      if (restores_) part.restored();
  }

 private:
  template <class... T>
  using fields_of = std::variant<recorded_field<T>..., recorded_field<T const>...>;
  using any_field = fields_of<float, double, char, std::uint8_t, std::int32_t, std::uint32_t,
                              std::int64_t, std::uint64_t>;

  void* visit_;
  void (*call_)(void*, field_path const&, any_field const&);
  bool restores_;
};

}  // namespace halo::meta
