// The least that must be done to learn that hosts are as they should be: connect to each, have one script look at the
// files, list and inspect the containers unless it has no Docker. Usage: ask-hosts.mjs FILE, which holds
// [{ address, port, user, identityFile, files: […], docker: true }, …]. Not part of the tool, and nothing of the tool is used.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { createRequire } from 'node:module'

const { Client } = createRequire(import.meta.url)('ssh2')

const connected = ({ address, port, user, identityFile }) =>
  new Promise((resolve, reject) => {
    const client = new Client()
    client.once('ready', () => resolve(client)).once('error', reject)
    const sock = net.connect({ host: address, port, noDelay: true })
    client.connect({ sock, username: user, privateKey: readFileSync(identityFile) })
  })

const script = `xargs -0 -r sh -c 'stat -c "%f:%s:%u:%g:%n" -- "$@"; sha256sum -- "$@"' sh`

const filesOf = (client, files) =>
  new Promise((resolve, reject) => {
    client.exec(script, (error, channel) => {
      if (error) return reject(error)
      let output = ''
      channel.on('data', (chunk) => (output += chunk)).on('close', () => resolve(output))
      channel.end(files.map((file) => `${file}\0`).join(''))
    })
  })

const socketOf = (client) =>
  new Promise((resolve, reject) => {
    client.openssh_forwardOutStreamLocal('/var/run/docker.sock', (error, stream) =>
      error ? reject(error) : resolve(stream),
    )
  })

const get = (client, path) =>
  new Promise((resolve, reject) => {
    socketOf(client).then((stream) => {
      const call = http.get(
        { path, createConnection: () => stream, headers: { host: 'docker' } },
        (answer) => {
          let body = ''
          answer.on('data', (chunk) => (body += chunk)).on('end', () => resolve(JSON.parse(body)))
        },
      )
      call.on('error', reject)
    }, reject)
  })

const containersOf = async (client) => {
  const list = await get(client, '/containers/json?all=1')
  return Promise.all(list.map(({ Id }) => get(client, `/containers/${Id}/json`)))
}

const hosts = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const answers = await Promise.all(
  hosts.map(async (host) => {
    const client = await connected(host)
    const [files, containers] = await Promise.all([
      filesOf(client, host.files),
      host.docker ? containersOf(client) : [],
    ])
    client.end()
    return { files: files.split('\n').length - 1, containers: containers.length }
  }),
)
const wanted = hosts.reduce((sum, { files }) => sum + 2 * files.length, 0)
const found = answers.reduce((sum, { files }) => sum + files, 0)
if (found !== wanted) throw new Error(`${found} lines came back, not ${wanted}`)
console.log(JSON.stringify(answers))
