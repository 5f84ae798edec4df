/**
 * Makes an element. Text always becomes a text node, never HTML, so nothing that a user wrote can be markup.
 * @param {string} tag
 * @param {Record<string, unknown>} props properties, or attributes where there is no such property; `on` holds listeners
 * @param {...(Node | string | null | undefined)} children
 */
export function element(tag, props = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue
    if (name === 'on')
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener)
    else if (name in made && name !== 'list') made[name] = value
    else made.setAttribute(name, value)
  }
  made.append(...children.filter((child) => child !== null && child !== undefined))
  return made
}

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id)

/** A labelled input or textarea. */
export function field(tag, { label, hint, ...props }) {
  const control = element(tag, { id: `field-${props.name}`, ...props })
  const described = hint ? element('p', { class: 'hint', id: `hint-${props.name}` }, hint) : null
  if (described) control.setAttribute('aria-describedby', described.id)
  return element(
    'div',
    { class: 'field' },
    element('label', { htmlFor: control.id }, label),
    control,
    described,
  )
}

/**
 * A form that calls `submit(values)` and shows what went wrong in it. While that runs it cannot be sent again.
 */
export function form({ submit, button, cancel }, ...fields) {
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true })
  const send = element('button', { class: 'primary', type: 'submit' }, button)
  const stop = cancel ? element('button', { type: 'button', on: { click: cancel } }, 'Cancel') : null
  const made = element('form', {}, ...fields, problem, element('div', { class: 'buttons' }, send, stop))
  made.addEventListener('submit', async (event) => {
    event.preventDefault()
    send.disabled = true
    problem.hidden = true
    try {
      await submit(Object.fromEntries(new FormData(made)))
    } catch (error) {
      problem.textContent = error.message
      problem.hidden = false
    } finally {
      send.disabled = false
    }
  })
  return made
}

const steps = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** "3 hours ago", with the exact time as its title. */
export function ago(isoTime) {
  const seconds = (Date.parse(isoTime) - Date.now()) / 1000
  const step = steps.find(([, size]) => Math.abs(seconds) >= size)
  const shown = step ? relative.format(Math.round(seconds / step[1]), step[0]) : 'just now'
  return element('time', { dateTime: isoTime, title: new Date(isoTime).toLocaleString() }, shown)
}
