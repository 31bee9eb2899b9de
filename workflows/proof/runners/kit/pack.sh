# Packs the plain files of a folder into one: for each a line with its size and its name, and then its bytes.
pack() {
    for file in "$1"/*; do
        if [ -f "$file" ] && [ ! -L "$file" ]; then
            printf '%d %s\n' "$(wc -c <"$file")" "${file##*/}"
            cat "$file"
        fi
    done
}
