// Parameters written anew read the same; decoding never makes text longer.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.h"
#include "net/http_client.h"
#include "net/http_types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using logpond::net::Parameters;
  const Parameters parameters =
      Parameters::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  std::string again;
  std::size_t bytes = 0;
  for (const auto& [name, value] : parameters.all()) {
    again.append(logpond::net::encode_url_component(name)).append("=");
    again.append(logpond::net::encode_url_component(value)).append("&");
    bytes += name.size() + value.size();
  }
  LOGPOND_CHECK(bytes <= size);
  LOGPOND_CHECK(Parameters::parse(again).all() == parameters.all());
  return 0;
}
