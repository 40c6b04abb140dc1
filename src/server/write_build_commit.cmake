# Writes OUTPUT with the commit of SOURCE, only when it changed.
execute_process(COMMAND git -C "${SOURCE}" rev-parse --short=12 HEAD
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")  # a source archive, not a checkout
else()
  execute_process(COMMAND git -C "${SOURCE}" diff --quiet HEAD RESULT_VARIABLE dirty ERROR_QUIET)
  if(dirty)
    string(APPEND commit "-dirty")
  endif()
endif()
set(wanted "#define LOGPOND_COMMIT \"${commit}\"\n")
set(present "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" present)
endif()
string(FIND "${present}" "${wanted}" found)
if(found EQUAL -1)
  string(TIMESTAMP now "%Y-%m-%dT%H:%M:%SZ" UTC)  # honours SOURCE_DATE_EPOCH
  file(WRITE "${OUTPUT}" "${wanted}#define LOGPOND_BUILT \"${now}\"\n")
endif()
