// Asks the Docker engine directly: works without a client, and a client that is too new for the engine does no harm.
//   engine.mjs ping               prints ok, denied (no permission) or down
//   engine.mjs has IMAGE          exit status 0 when the image is there
//   engine.mjs pull NAME TAG S    pulls it, giving up after S seconds without it
import http from 'node:http'

/** Where the engine listens, as options of `http.request`; undefined for a kind of address that needs a client. */
const addressOf = (host) => {
  const url = new URL(host)
  if (url.protocol === 'unix:') return { socketPath: decodeURIComponent(url.pathname) }
  if (url.protocol === 'tcp:' || url.protocol === 'http:')
    return { host: url.hostname, port: url.port || 2375 }
  return undefined
}

const request = (method, path, seconds) =>
  new Promise((resolve, reject) => {
    const address = addressOf(process.env.DOCKER_HOST || 'unix:///var/run/docker.sock')
    if (!address)
      throw new Error(`DOCKER_HOST=${process.env.DOCKER_HOST}: only unix:// and tcp:// are understood`)
    const call = http.request(
      { ...address, method, path, signal: AbortSignal.timeout(seconds * 1000) },
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
    return error.code === 'EACCES' ? 'denied' : 'down'
  }
}

const has = async (image) => (await request('GET', `/images/${image}/json`, 10)).status === 200

const pull = async (name, tag, seconds) => {
  const query = new URLSearchParams({ fromImage: name, tag })
  await request('POST', `/images/create?${query}`, Number(seconds)).catch(() => undefined)
  return has(`${name}:${tag}`)
}

const [command, ...rest] = process.argv.slice(2)
if (command === 'ping') console.log(await ping())
else if (command === 'has') process.exitCode = (await has(rest[0])) ? 0 : 1
else if (command === 'pull') process.exitCode = (await pull(rest[0], rest[1], rest[2])) ? 0 : 1
else throw new Error(`unknown command: ${command}`)
