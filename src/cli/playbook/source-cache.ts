import { readFileSync } from 'node:fs'
import { filesOf } from './imports.ts'

/** The function `secret`, however it is imported, and not the type of a param. */
const secretFunction = /\bsecret\s*[(,}]|\bsecret\s+as\b|\.secret\b/

/** Whether compiled copies of a playbook and its imports may be kept: not of one that may have a secret written in it. */
export const mayBeKept = (file: string): boolean => !filesOf(file).some(namesSecret)

function namesSecret(file: string): boolean {
  try {
    return secretFunction.test(readFileSync(file, 'utf8'))
  } catch {
    // What cannot be read is not copied either.
    return false
  }
}
