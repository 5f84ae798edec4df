// Asks the Docker engine directly: works without a client, and a client that is too new for the engine does no harm.
//   engine.mjs ping               prints ok, denied (no permission) or down
//   engine.mjs reason             prints why it does not answer, when it does not
//   engine.mjs has IMAGE          exit status 0 when the image is there
//   engine.mjs pull NAME TAG S    pulls it, giving up after S seconds without it
import { existsSync, readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { homedir } from 'node:os'
import { join } from 'node:path'

const usualSocket = '/var/run/docker.sock'
const { DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, DOCKER_CONFIG } = process.env

/** Keys and certificates, where Docker's client looks for them: all of them in a folder that is named, else what is there. */
const certificates = () => {
  const folder = DOCKER_CERT_PATH || DOCKER_CONFIG || join(homedir(), '.docker')
  const files = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' }
  return Object.fromEntries(
    Object.entries(files)
      .filter(([, name]) => DOCKER_CERT_PATH || existsSync(join(folder, name)))
      .map(([option, name]) => [option, readFileSync(join(folder, name))]),
  )
}

/**
 * Where the engine listens, as options of a request. Reads an address as `provision` itself does.
 * @throws Error for a kind of address that needs a client, or that Docker does not know
 */
const addressOf = (host) => {
  // What is after it is a path as it is, no part of a URL.
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) || usualSocket }
  const url = URL.canParse(host) ? new URL(host) : undefined
  if (url?.protocol !== 'tcp:' || url.hostname === '' || !['', '/'].includes(url.pathname))
    throw new Error('only unix://path and tcp://host:port are understood')
  // By the port too, as `provision` itself does.
  const secure = Boolean(DOCKER_TLS_VERIFY) || url.port === '2376'
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || (secure ? 2376 : 2375), secure }
}

const request = (method, path, seconds) =>
  new Promise((resolve, reject) => {
    const { secure, ...address } = addressOf(DOCKER_HOST || `unix://${usualSocket}`)
    const call = (secure ? https : http).request(
      {
        ...address,
        ...(secure ? certificates() : {}),
        method,
        path,
        signal: AbortSignal.timeout(seconds * 1000),
      },
      (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }),
        )
        response.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end()
  })

const ping = async () => {
  try {
    const { status } = await request('GET', '/_ping', 5)
    return status === 200 ? 'ok' : 'down'
  } catch (error) {
    // Not of a certificate that cannot be read.
    return error.code === 'EACCES' && error.syscall === 'connect' ? 'denied' : 'down'
  }
}

const reason = async () => {
  try {
    const { status, body } = await request('GET', '/_ping', 5)
    return status === 200 ? '' : `it answers ${status} ${body.replaceAll(/\s+/g, ' ').trim().slice(0, 200)}`
  } catch (error) {
    if (error.name === 'AbortError') return 'no answer within 5 s'
    // Of what OpenSSL says, with names of its functions and files around it, the words that tell something.
    return (error.message || error.code).replace(/^.*:error:[^:]*:[^:]*:[^:]*:([^:]+):.*$/s, 'TLS: $1')
  }
}

const has = async (image) => {
  const answer = await request('GET', `/images/${image}/json`, 10).catch(() => undefined)
  return answer?.status === 200
}

const pull = async (name, tag, seconds) => {
  const query = new URLSearchParams({ fromImage: name, tag })
  await request('POST', `/images/create?${query}`, Number(seconds)).catch(() => undefined)
  return has(`${name}:${tag}`)
}

const [command, ...rest] = process.argv.slice(2)
if (command === 'ping') console.log(await ping())
else if (command === 'reason') console.log(await reason())
else if (command === 'has') process.exitCode = (await has(rest[0])) ? 0 : 1
else if (command === 'pull') process.exitCode = (await pull(rest[0], rest[1], rest[2])) ? 0 : 1
else throw new Error(`unknown command: ${command}`)
