import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Whether certificates can be made here. */
export const canCertify = spawnSync('openssl', ['version']).status === 0

const subject = ['-subj', '/CN=engine', '-addext', 'subjectAltName=IP:127.0.0.1']
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Makes a folder as DOCKER_CERT_PATH wants one: a certificate for 127.0.0.1 that signs itself, good for both ends. */
export function certify(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const files = ['-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...subject, ...files], { stdio: 'pipe' })
  copyFileSync(cert, join(folder, 'ca.pem'))
  return folder
}
