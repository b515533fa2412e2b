# Takes autoPatchelfHook's place in nativeBuildInputs, with the same functions and variables. At the end of a build all programs
# and libraries of all outputs get the loader, and search paths with the libraries of buildInputs that they need.
#
# autoPatchelfFlags: further flags of `ldshim autopatch`. autoPatchelfIgnoreMissingDeps: libraries that may be missing.
# runtimeDependencies: packages that programs search first. appendRunpaths: directories that are searched last.
# patchelfFlags: flags of patchelf. dontAutoPatchelf: leave all that out.

declare -a autoPatchelfLibs
declare -a extraAutoPatchelfLibs

gatherLibraries() {
    autoPatchelfLibs+=("$1/lib")
}

# shellcheck disable=SC2154 # stdenv sets it
addEnvHooks "$targetOffset" gatherLibraries

# Has the next autoPatchelf find the libraries below these directories, too; with --no-recurse those in them only.
addAutoPatchelfSearchPath() {
    local -a depth=()
    while [ $# -gt 0 ]; do
        case "$1" in
            --) shift; break ;;
            --no-recurse) depth=(-maxdepth 1); shift ;;
            --*) echo "addAutoPatchelfSearchPath: there is no flag $1" >&2; return 1 ;;
            *) break ;;
        esac
    done
    local folder
    while IFS= read -r -d '' folder; do
        extraAutoPatchelfLibs+=("$folder")
    done < <(find "$@" "${depth[@]}" '!' -type d '(' -name '*.so' -o -name '*.so.*' ')' -printf '%h\0' | sort -zu)
}

# The words of a variable, which is an array with structured attributes and a text without them.
_autoPatchelfWords() {
    local -n result="$1" variable="$2"
    if [ -n "${__structuredAttrs-}" ]; then
        result=("${variable[@]}")
    else
        # shellcheck disable=SC2206 # a text of words
        local -
        set -f
        result=(${variable-})
    fi
}

# Edits what is in these directories; with --no-recurse not what is below them.
autoPatchelf() {
    local -a flags=() ignored=() appended=() runtime=() patchelf=() more=()
    while [ $# -gt 0 ]; do
        case "$1" in
            --) shift; break ;;
            --no-recurse) flags+=(--no-recurse); shift ;;
            --*) echo "autoPatchelf: there is no flag $1" >&2; return 1 ;;
            *) break ;;
        esac
    done
    _autoPatchelfWords ignored autoPatchelfIgnoreMissingDeps
    _autoPatchelfWords appended appendRunpaths
    _autoPatchelfWords runtime runtimeDependencies
    _autoPatchelfWords patchelf patchelfFlags
    _autoPatchelfWords more autoPatchelfFlags
    # What `autoPatchelfIgnoreMissingDeps = true;` becomes.
    if [ "${ignored[*]}" = 1 ]; then
        ignored=('*')
    fi
    # Without bars: this is a log.
    TERM=dumb @ldshim@/bin/ldshim autopatch --no-undo "${flags[@]}" "${more[@]}" \
        --ignore-missing "${ignored[@]}" \
        --paths "$@" \
        --libs "${autoPatchelfLibs[@]}" "${extraAutoPatchelfLibs[@]}" \
        --runtime-dependencies "${runtime[@]/%//lib}" \
        --append-rpaths "${appended[@]}" \
        --extra-args "${patchelf[@]}"
}

_autoPatchelfOutputs() {
    local output
    local -a folders=()
    for output in $(getAllOutputNames); do
        [ -e "${!output}" ] && folders+=("${!output}")
    done
    autoPatchelf -- "${folders[@]}"
}

# After the hooks for single outputs: the one of patchelf would take runtimeDependencies out of search paths again.
postFixupHooks+=('if [ -z "${dontAutoPatchelf-}" ]; then _autoPatchelfOutputs; fi')
