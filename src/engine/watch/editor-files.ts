/** Names of files that editors keep beside what they edit: vim, emacs, kate, LibreOffice, and backups of any. */
const patterns: readonly RegExp[] = [/^\..+\.sw[a-z]$/, /^\.?#/, /~$/, /^\..+\.kate-swp$/, /^\.~lock\..*#$/]

/**
 * Whether a name is that of a swap, lock or backup file of an editor: its coming, changing and going is no edit. Files
 * that are there only for a moment need no name here: whoever looks again after a while finds them gone.
 */
export const isEditorFile = (name: string): boolean => patterns.some((pattern) => pattern.test(name))
