import { listServices } from './api.js'
import { ago, byId, element } from './dom.js'

const EVERY_MS = 2_000

function line({ service, version, host, port, alive, silentMs, startedAt }) {
  const state = alive ? 'alive' : `silent for ${Math.round(silentMs / 1000)} s`
  return element(
    'div',
    { class: alive ? 'service alive' : 'service' },
    element('span', { class: 'dot', role: 'img', 'aria-label': state, title: state }),
    element('strong', {}, service),
    element('span', { class: 'hint' }, version),
    element('span', { class: 'where' }, `${host}:${port}`),
    element('span', { class: 'where' }, ...(alive ? ['started ', ago(startedAt)] : [state])),
  )
}

function shown({ bus, services }) {
  const absent =
    bus === 'connected' ? null : element('p', { class: 'problem' }, 'The message bus is away; trying on.')
  const none = services.length ? null : element('p', { class: 'hint' }, 'Nobody has been heard of yet.')
  return [absent, none, ...services.map(line)].filter(Boolean)
}

async function look() {
  if (document.hidden) return
  try {
    byId('alive').replaceChildren(...shown(await listServices()))
  } catch (error) {
    byId('alive').replaceChildren(element('p', { class: 'problem' }, error.message))
  }
}

/** Keeps the list of living services up to date for as long as the page is seen. */
export async function watch() {
  await look()
  setTimeout(watch, EVERY_MS)
}
