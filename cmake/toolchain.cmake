# What every target of ours is compiled and linked with: warnings, sanitizers, ccache and mold where found.
find_program(LOGPOND_CCACHE ccache)
if(LOGPOND_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${LOGPOND_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LOGPOND_CCACHE})
endif()
find_program(LOGPOND_MOLD mold)
if(LOGPOND_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Paths inside the binary are relative to the checkout: two checkouts share the compiler cache.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

add_library(logpond_build_options INTERFACE)
target_compile_options(logpond_build_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers)
if(LOGPOND_WERROR)
  target_compile_options(logpond_build_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 itself uses what it declares deprecated (get_temporary_buffer in stable_sort).
  target_compile_options(logpond_build_options INTERFACE -Wthread-safety -Wno-deprecated-declarations)
endif()

if(LOGPOND_SANITIZE)
  add_compile_options(-fsanitize=${LOGPOND_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LOGPOND_SANITIZE})
  if(LOGPOND_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(LOGPOND_LIBFUZZER)
  # The libraries too: a fuzzer that does not see which branches of a decoder it reached is blind.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(LOGPOND_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
