/** `empty PATH` tells whether a folder that can be read holds nothing. */
export const emptyShell = `empty() { for x in "$1"/* "$1"/.[!.]* "$1"/..?*; do { [ -e "$x" ] || [ -L "$x" ]; } && return 1; done; return 0; }`
