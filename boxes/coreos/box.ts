import { defineBox } from 'provision'

/** A CoreOS-style host: sshd (keys only), dockerd with overlay2, user `core`, no Python. See README.md beside. */
export default defineBox({ name: 'coreos', build: new URL('.', import.meta.url) })
