# Runs at the end of a build, for each output: search paths lose the directories that have none of the needed libraries.
fixupOutputHooks+=('if [ -z "${dontPatchELF-}" ]; then patchELF "$prefix"; fi')

patchELF() {
    local folder="$1" file
    [ -e "$folder" ] || return 0
    echo "shrinking search paths of programs and libraries in $folder"
    while IFS= read -r -d $'\0' file; do
        # Whatever else is there is no program, or has no search path.
        case "$file" in */.build-id/*) continue ;; esac
        isELF "$file" || continue
        patchelf --shrink-rpath "$file" || true
    done < <(find "$folder" -type f -print0)
}
