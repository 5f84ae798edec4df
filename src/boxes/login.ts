import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import ssh2 from 'ssh2'
import type { SshTarget } from '../core/host.ts'

export interface Login {
  dockerAnswers(): Promise<boolean>
  close(): Promise<void>
}

export async function loginTo(target: SshTarget, signal: AbortSignal): Promise<Login> {
  const client = new ssh2.Client()
  const privateKey = await readFile(target.identityFile ?? '', 'utf8')
  const sock = connect({ host: target.address, port: target.port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')))
    client.on('ready', resolve)
    client.on('error', reject)
    client.connect({ sock, username: target.user, privateKey })
  })
  return {
    dockerAnswers: () =>
      new Promise((resolve) => {
        client.openssh_forwardOutStreamLocal('/var/run/docker.sock', (error, stream) => {
          if (error) {
            resolve(false)
            return
          }
          stream.on('data', (data: Buffer) => {
            resolve(data.toString().startsWith('HTTP/1.1 200'))
            stream.end()
          })
          stream.on('close', () => resolve(false))
          stream.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n')
        })
      }),
    close: () => {
      client.end()
      return Promise.resolve()
    },
  }
}
