import * as api from './api.js'
import { byId, element, field, form } from './dom.js'
import { loadUsers } from './users.js'

const KEY = 'hash-collision.session'
let session = restore()

function restore() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    return kept && Date.parse(kept.expiresAt) > Date.now() ? kept : null
  } catch {
    return null
  }
}

function keep(next) {
  session = next
  if (next) localStorage.setItem(KEY, JSON.stringify(next))
  else localStorage.removeItem(KEY)
  show()
}

/**
 * Does something that needs a signed-in user, who is asked to sign in first where necessary: also when the services
 * have forgotten the session, which lives in their memory only.
 */
export async function asUser(action) {
  if (!session) await askToSignIn()
  try {
    return await action(session.token)
  } catch (error) {
    if (error.status === 401) keep(null)
    throw error
  }
}

/** Opens the dialog; resolves when somebody is signed in, rejects when it is closed. */
async function askToSignIn() {
  const dialog = byId('sign-in')
  // Without suggestions one can still type a name.
  const users = await loadUsers().catch(() => [])
  return new Promise((resolve, reject) => {
    const submit = async ({ name, password, join }) => {
      const credentials = password ? { name, password } : { name }
      if (join) await api.createUser(credentials)
      keep(await api.signIn(credentials))
      resolve()
      dialog.close()
    }
    dialog.replaceChildren(
      element('h2', { id: 'sign-in-title' }, 'Sign in'),
      form(
        { submit, button: 'Sign in', cancel: () => dialog.close() },
        field('input', {
          name: 'name',
          label: 'Name',
          list: 'names',
          required: true,
          maxLength: 60,
          autocomplete: 'username',
        }),
        field('input', {
          name: 'password',
          label: 'Password',
          type: 'password',
          maxLength: 200,
          autocomplete: 'current-password',
          hint: 'Only where you have set one.',
        }),
        element(
          'div',
          { class: 'field' },
          element('label', {}, element('input', { type: 'checkbox', name: 'join' }), ' I am new here'),
        ),
      ),
      element('datalist', { id: 'names' }, ...users.map((user) => element('option', { value: user.name }))),
    )
    // Without effect when it has been resolved.
    dialog.addEventListener('close', () => reject(new Error('Sign in first.')), { once: true })
    dialog.showModal()
  })
}

async function leave() {
  const { token } = session
  keep(null)
  // Signed out here in any case; there it ends by itself at the latest after its time.
  await api.signOut(token).catch(() => null)
}

/** Shows who is signed in, at the top of the page. */
export function show() {
  byId('session').replaceChildren(
    ...(session
      ? [
          element('span', {}, 'Signed in as ', element('strong', {}, session.user.name)),
          element('button', { type: 'button', on: { click: leave } }, 'Sign out'),
        ]
      : [
          element(
            'button',
            { type: 'button', on: { click: () => askToSignIn().catch(() => null) } },
            'Sign in',
          ),
        ]),
  )
}
