# SPDX-License-Identifier: BSD-3-Clause
# Runs halo's port where there is no vcpkg: cmake -DPORT=FOLDER -DWORK=FOLDER -P port.cmake
# What a port calls is done here by CMake's own commands, as vcpkg's documentation says of each; the
# package is WORK/package. Fails, as vcpkg does, on what a package may not hold.
set(CURRENT_PACKAGES_DIR "${WORK}/package")

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code)
  if(code)
    message(FATAL_ERROR "failed: ${ARGV}")
  endif()
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  run("${CMAKE_COMMAND}" -S "${arg_SOURCE_PATH}" -B "${WORK}/build" -DCMAKE_BUILD_TYPE=Release
      "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}" ${arg_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run("${CMAKE_COMMAND}" --build "${WORK}/build" --target install)
endfunction()

function(vcpkg_cmake_config_fixup) # moved to share/PORT, from where the prefix is two folders up
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  file(COPY "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/"
       DESTINATION "${CURRENT_PACKAGES_DIR}/share/halo")
  file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}")
  set(targets "${CURRENT_PACKAGES_DIR}/share/halo/haloTargets.cmake")
  file(READ "${targets}" text)
  string(REGEX REPLACE "(get_filename_component\\(_IMPORT_PREFIX [^)]*\\)\n)+"
    "get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_DIR}/../..\" ABSOLUTE)\n"
    text "${text}")
  file(WRITE "${targets}" "${text}")
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  configure_file("${arg_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/halo/copyright" COPYONLY)
endfunction()

include("${PORT}/portfile.cmake")

# What vcpkg refuses in a package of headers.
foreach(folder bin lib debug share/cmake share/doc)
  if(EXISTS "${CURRENT_PACKAGES_DIR}/${folder}")
    message(FATAL_ERROR "the package holds ${folder}")
  endif()
endforeach()
file(GLOB_RECURSE files LIST_DIRECTORIES true "${CURRENT_PACKAGES_DIR}/*")
foreach(file IN LISTS files)
  file(GLOB inside "${file}/*")
  if(IS_DIRECTORY "${file}" AND NOT inside)
    message(FATAL_ERROR "the package holds an empty folder: ${file}")
  endif()
endforeach()
