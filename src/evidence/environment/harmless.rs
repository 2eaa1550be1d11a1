//! Variables that are known to be harmless, by name. Patterns are overruled where a name says that it is secret.

use super::name::{matches, says_secret};

/// What gates get: what real tool chains need to find themselves, their caches and the network. One paragraph for each kind:
/// the system and its languages; the terminal; folders of the desktop; flags of CI services; proxies; certificates; C
/// and build tools; Nix, Conda, version managers; Rust; Python; Node; Java; Go; Ruby and PHP; .NET, Erlang, Haskell,
/// OCaml, Perl, R, Julia and others; devices and threads; displays of graphical tests; containers; git; ours.
const PASSED: &str = "
    PATH HOME USER LOGNAME USERNAME SHELL LANG LANGUAGE LC_* TZ TZDIR TMPDIR TMP TEMP HOSTNAME SOURCE_DATE_EPOCH
    DEBIAN_FRONTEND LOG_LEVEL VERBOSE DEBUG WSL*

    TERM TERMINFO TERMINFO_DIRS COLORTERM NO_COLOR FORCE_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS LINES PAGER MANPAGER

    XDG_CACHE_HOME XDG_CONFIG_DIRS XDG_CONFIG_HOME XDG_DATA_DIRS XDG_DATA_HOME XDG_RUNTIME_DIR XDG_STATE_HOME

    CI CONTINUOUS_INTEGRATION GITHUB_ACTIONS GITLAB_CI BUILDKITE CIRCLECI TRAVIS TF_BUILD TEAMCITY_VERSION APPVEYOR
    DRONE CODESPACES IS_SANDBOX

    HTTP_PROXY HTTPS_PROXY ALL_PROXY FTP_PROXY NO_PROXY http_proxy https_proxy all_proxy ftp_proxy no_proxy

    SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS GIT_SSL_* AWS_CA_BUNDLE
    NIX_SSL_CERT_FILE HTTPLIB2_CA_CERTS GRPC_DEFAULT_SSL_ROOTS_FILE_PATH CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE

    CC CXX CPP LD AR AS NM RANLIB STRIP OBJCOPY CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LDLIBS MAKEFLAGS MAKELEVEL CMAKE_*
    CTEST_* NINJA_STATUS MESON_* PKG_CONFIG PKG_CONFIG_* LD_LIBRARY_PATH LD_PRELOAD DYLD_* LIBRARY_PATH CPATH
    C_INCLUDE_PATH CPLUS_INCLUDE_PATH SDKROOT DEVELOPER_DIR MACOSX_DEPLOYMENT_TARGET CCACHE_* SCCACHE_* LLVM_*
    LIBCLANG_PATH OPENSSL_* PROTOC PROTOC_* BOOST_ROOT QT_* VCPKG_*

    NIX_* IN_NIX_SHELL GUIX_* CONDA_* MAMBA_* ASDF_* MISE_* RTX_* HOMEBREW_* MANPATH INFOPATH PROTO_HOME

    CARGO CARGO_* RUST_* RUSTC RUSTC_* RUSTDOC RUSTDOCFLAGS RUSTFLAGS RUSTUP_* INSTA_* NEXTEST NEXTEST_* PROPTEST_*
    WASM_* WASMTIME_*

    VIRTUAL_ENV VIRTUAL_ENV_PROMPT PYTHON* PYENV_* PIP_* PIPX_* PIPENV_* POETRY_* PDM_* UV_* HATCH_* TOX_* NOX_*
    PYTEST_* COVERAGE_* MYPY* RUFF_* DJANGO_SETTINGS_MODULE FLASK_APP FLASK_DEBUG FLASK_ENV JUPYTER_* NUMBA_*

    NODE_* NVM_* FNM_* VOLTA_* N_PREFIX NPM_CONFIG_* npm_config_* PNPM_HOME YARN_* COREPACK_* BUN_INSTALL
    BUN_INSTALL_* DENO_DIR DENO_INSTALL DENO_INSTALL_ROOT PLAYWRIGHT_* PUPPETEER_* CYPRESS_* CHROME_BIN CHROME_PATH
    ELECTRON_* TURBO_* NX_* JEST_* VITEST* BROWSERSLIST* NEXT_TELEMETRY_DISABLED DO_NOT_TRACK

    JAVA_* JDK_* JRE_HOME _JAVA_OPTIONS CLASSPATH M2_HOME MAVEN_* GRADLE_* ANDROID_* KOTLIN_HOME SBT_OPTS SCALA_HOME
    COURSIER_* SDKMAN_* GROOVY_HOME ANT_HOME ANT_OPTS

    GOPATH GOROOT GOBIN GOCACHE GOMODCACHE GOENV GOFLAGS GOPROXY GOSUMDB GONOSUMDB GONOSUMCHECK GONOPROXY GOPRIVATE
    GOINSECURE GOTOOLCHAIN GOOS GOARCH GOARM GOAMD64 GODEBUG GOTMPDIR GOMAXPROCS GOGC GOMEMLIMIT GO111MODULE GOWORK
    GOEXPERIMENT GOTRACEBACK GOCOVERDIR CGO_*

    GEM_HOME GEM_PATH RUBYOPT RUBYLIB RUBY_* RBENV_* rvm_* BUNDLE_APP_CONFIG BUNDLE_BIN BUNDLE_DEPLOYMENT
    BUNDLE_FROZEN BUNDLE_GEMFILE BUNDLE_JOBS BUNDLE_PATH BUNDLE_USER_* BUNDLE_WITH BUNDLE_WITHOUT RAILS_ENV RACK_ENV
    COMPOSER_CACHE_DIR COMPOSER_HOME PHPRC PHP_INI_SCAN_DIR PHPENV_*

    DOTNET_* NUGET_PACKAGES ASPNETCORE_ENVIRONMENT MIX_* HEX_HOME ERL_* ELIXIR_* KERL_* GHCUP_* STACK_ROOT CABAL_DIR
    OPAM* OCAML* CAML_LD_LIBRARY_PATH PERL* R_HOME R_LIBS* JULIA_* ZIG_* LUA_* PUB_CACHE PUB_HOSTED_URL FLUTTER_*
    TOOLCHAINS SWIFTLY_* NIMBLE_DIR BAZELISK_* USE_BAZEL_VERSION BUCK* PANTS_* TF_LOG TF_DATA_DIR
    TF_CLI_CONFIG_FILE TF_PLUGIN_CACHE_DIR TF_IN_AUTOMATION TF_INPUT

    CUDA_* NVIDIA_* ROCM_* HIP_* OMP_* MKL_* OPENBLAS_* NUMEXPR_*

    DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS GDK_* GTK_* SDL_*

    DOCKER_API_VERSION DOCKER_BUILDKIT DOCKER_CERT_PATH DOCKER_CONTEXT DOCKER_DEFAULT_PLATFORM DOCKER_HOST
    DOCKER_TLS_VERIFY COMPOSE_FILE COMPOSE_PROFILES COMPOSE_PROJECT_NAME CONTAINER_HOST BUILDX_BUILDER
    TESTCONTAINERS_*

    GIT_AUTHOR_* GIT_COMMITTER_* GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_CONFIG_SYSTEM GIT_EXEC_PATH
    GIT_TEMPLATE_DIR GIT_TERMINAL_PROMPT PRE_COMMIT_HOME

    BATCHPRP_SLOT";

/// What is shown but not handed to gates: places and states of the session, and what CI services tell.
const SHOWN: &str = "
    PWD OLDPWD SHLVL _ HOST HOSTTYPE OSTYPE MACHTYPE EDITOR VISUAL LESS* LS_COLORS HIST* MAIL PS1 PS2 PROMPT* INIT_CWD
    INVOCATION_ID JOURNAL_STREAM SYSTEMD_* MANAGERPID

    SSH_AUTH_SOCK SSH_AGENT_PID SSH_CLIENT SSH_CONNECTION SSH_TTY SSH_ASKPASS GIT_ASKPASS SUDO_ASKPASS GPG_AGENT_INFO
    GPG_TTY KRB5CCNAME SUDO_*

    TERM_* TMUX TMUX_PANE STY WINDOWID ITERM_* KITTY_* WEZTERM_* ALACRITTY_* GHOSTTY_* VTE_VERSION KONSOLE_* VSCODE_*
    DESKTOP_SESSION SESSION_MANAGER XDG_* GNOME_* KDE_*

    GITHUB_* RUNNER_* CI_* BUILDKITE_* CIRCLE_* TRAVIS_* JENKINS_* BUILD_* DRONE_* TEAMCITY_* BITBUCKET_* CODEBUILD_*
    SEMAPHORE_* KUBERNETES_*

    CLAUDECODE CLAUDE_CODE_* CODEX_* GEMINI_CLI* BATCHPRP_* GIT_*";

/// Proxies: a gate without its proxy has no network, so one with a password in it is handed over too.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"];

/// An exact name decides; a pattern only as far as the name does not say otherwise.
fn is_in(table: &str, name: &str) -> bool {
    table.split_whitespace().any(|pattern| matches(pattern, name) && (!pattern.contains('*') || !says_secret(name)))
}

/// Tells whether gates get a variable of this name.
pub(super) fn is_passed(name: &str) -> bool {
    is_in(PASSED, name)
}

/// Tells whether the value of a variable of this name can be shown.
pub(super) fn is_shown(name: &str) -> bool {
    is_passed(name) || is_in(SHOWN, name)
}

/// Tells whether a variable names a proxy.
pub(super) fn is_proxy(name: &str) -> bool {
    PROXIES.contains(&name.to_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_chains_find_what_they_need() {
        for name in [
            "PATH",
            "HOME",
            "LC_ALL",
            "CI",
            "TERM",
            "https_proxy",
            "CARGO_HOME",
            "RUSTUP_TOOLCHAIN",
            "npm_config_cache",
            "VIRTUAL_ENV",
            "PYTHONPATH",
            "JAVA_HOME",
            "JAVA_TOOL_OPTIONS",
            "GOPATH",
            "GOFLAGS",
            "GOPRIVATE",
            "BUNDLE_PATH",
            "NODE_OPTIONS",
            "UV_CACHE_DIR",
            "PIP_INDEX_URL",
            "BATCHPRP_SLOT",
            "XAUTHORITY",
            "DBUS_SESSION_BUS_ADDRESS",
            "SSL_CERT_FILE",
        ] {
            assert!(is_passed(name), "{name}");
        }
    }

    #[test]
    fn secrets_among_them_are_no_exception_by_pattern() {
        for name in [
            "CARGO_REGISTRY_TOKEN",
            "npm_config_//registry.npmjs.org/:_authToken",
            "NPM_CONFIG__AUTH",
            "UV_PUBLISH_TOKEN",
            "POETRY_HTTP_BASIC_X_PASSWORD",
            "CYPRESS_RECORD_KEY",
            "TURBO_TOKEN",
            "NX_CLOUD_ACCESS_TOKEN",
            "NODE_AUTH_TOKEN",
            "GITHUB_TOKEN",
            "CI_JOB_TOKEN",
            "CI_JOB_JWT",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "SCCACHE_REDIS_PASSWORD",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "BUNDLE_GEMS__CONTRIBSYS__COM",
            "DATABASE_URL",
            "SSH_KEY",
        ] {
            assert!(!is_passed(name) && !is_shown(name), "{name}");
        }
        for name in ["SSH_AUTH_SOCK", "GITHUB_SHA", "PWD", "GIT_DIR", "KRB5CCNAME"] {
            assert!(!is_passed(name) && is_shown(name), "{name}");
        }
    }
}
