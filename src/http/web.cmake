# The pages compiled into ss_http: the landing page, and the renderer of the API documentation from npm.
cmake_path(SET web_source NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/../../web)
set(web_build ${CMAKE_BINARY_DIR}/web)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${web_source}/package.json ${web_source}/package-lock.json ${web_source}/.npmrc)

# Installed beside the build, never in the source tree, and again only when the lock file changes.
file(SHA256 ${web_source}/package-lock.json web_lock)
set(web_stamp ${web_build}/installed-${web_lock})
if(NOT EXISTS ${web_stamp})
  find_program(NPM npm)
  if(NOT NPM)
    message(FATAL_ERROR "npm is missing: it installs the renderer of /api/docs. Install the Debian package 'npm'.")
  endif()
  file(REMOVE_RECURSE ${web_build})
  file(COPY ${web_source}/package.json ${web_source}/package-lock.json ${web_source}/.npmrc
    DESTINATION ${web_build})
  execute_process(
    COMMAND ${NPM} ci --ignore-scripts --prefer-offline --no-audit --no-fund
    WORKING_DIRECTORY ${web_build} RESULT_VARIABLE npm_result OUTPUT_VARIABLE npm_output ERROR_VARIABLE npm_output)
  if(NOT npm_result EQUAL 0)
    message(FATAL_ERROR
      "npm could not install the renderer of /api/docs (web/package.json). It needs the npm registry, or a mirror "
      "named in ~/.npmrc or NPM_CONFIG_REGISTRY.\n${npm_output}")
  endif()
  file(TOUCH ${web_stamp})
endif()

ss_embed(ss_http site ${web_source}
  docs/docs.css docs/index.html docs/init.js landing/favicon.svg landing/index.html landing/landing.css landing/landing.js
  landing/robots.txt)
ss_embed(ss_http swagger_ui ${web_build}/node_modules/swagger-ui-dist
  LICENSE NOTICE swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt swagger-ui.css)
