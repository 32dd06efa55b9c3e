# Sourced by the other scripts: makes .venv ready and defines $root and $python.
# use_environment requirements.lock      -> runtime only
# use_environment requirements-test.lock -> with the test tools
# use_environment requirements-bench.lock -> with what the benchmarks compare with
# A stamp inside .venv says which lock is installed, so a second run starts at once.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python="$root/.venv/bin/python"
export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}" PYTHONUTF8=1

fail() { printf '%s\n' "$*" >&2; exit 2; }

_find_python() {
    local candidate
    for candidate in "${KB_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys, sqlite3, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "No Python 3.11 or newer with venv and sqlite3 found: install one, or name it in KB_PYTHON."
}

use_environment() {
    local lock="$root/$1" stamp="$root/.venv/.installed-$1" serves installed base
    # Each lock holds all of those before it: one that is larger serves too.
    case "$1" in
        requirements.lock) serves="requirements.lock requirements-test.lock requirements-bench.lock" ;;
        requirements-test.lock) serves="requirements-test.lock requirements-bench.lock" ;;
        *) serves="$1" ;;
    esac
    for installed in $serves; do
        if [ -x "$python" ] && cmp -s "$root/$installed" "$root/.venv/.installed-$installed" 2>/dev/null; then return; fi
    done
    # A read-only installation is set up beforehand, by its owner: nothing there can be mended now.
    [ -w "$root" ] || fail "The libraries in $root/.venv do not fit $1, and $root cannot be written to: set it up as its owner."
    base=$(_find_python) || exit 2
    printf 'Setting up %s from %s (first run, or the lock has changed) …\n' .venv "$1" >&2
    # A virtual environment keeps the path it was made in: one that was moved is made anew.
    "$python" -c '' 2>/dev/null || rm -rf "$root/.venv"
    [ -x "$python" ] || "$base" -m venv "$root/.venv" ||
        fail "Could not make $root/.venv: on Debian and Ubuntu, apt install python3-venv."
    "$python" -m pip install -qq --disable-pip-version-check --require-hashes --requirement "$lock" ||
        fail "Could not install $1: see pip's message above."
    cp "$lock" "$stamp"
}
