import { listUsers } from './api.js'

/** What the page knows of the users: enough to show a name for an id. */
let names = new Map()

export async function loadUsers() {
  const users = await listUsers()
  names = new Map(users.map((user) => [user.id, user.name]))
  return users
}

/** The name of a user; the id of one that is not known here. */
export const nameOf = (userId) => names.get(userId) ?? userId
