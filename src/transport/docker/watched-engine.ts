import Dockerode from 'dockerode'
import { IncomingMessage } from 'node:http'
import { showDuration } from '../../core/text/duration.ts'
import { around, wholeAnswers, type DockerDial } from './answers.ts'
import { watchedAgent, type WatchedAgent, type WatchedWay } from './watched-agent.ts'

/** What a client is asked for. */
type Call = Parameters<DockerDial>[0]

/**
 * A client whose calls may take as long as a build does, and be silent all the while. One that hangs takes calls as well, and
 * answers none: so where no call gets on for a while the engine is asked for a word, and when none comes all of them fail.
 * @param place how the engine is called in requests
 */
export function watchedEngine(
  way: WatchedWay,
  place: Pick<Dockerode.DockerOptions, 'socketPath' | 'host' | 'port'>,
): Dockerode {
  const { agent, hear } = watchedAgent(way)
  // All that docker-modem would else take from DOCKER_HOST is said here; what speaks TLS is the connection.
  const unset = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined }
  const plain = { protocol: 'http' as const, ca: undefined, cert: undefined, key: undefined }
  const options = { ...unset, ...plain, ...place, agent }
  const docker = new Dockerode(options)
  around(docker, heardBy(hear))
  around(docker, wholeAnswers)
  around(docker, inTime(way))
  return docker
}

const heardBy =
  (hear: WatchedAgent['hear']) =>
  (dial: DockerDial): DockerDial =>
  (request, done) => {
    dial(request, (error, answer) => {
      if (answer instanceof IncomingMessage) hear(answer)
      done?.(error, answer)
    })
  }

/** Fails a call that is no open-ended work and that the engine does not answer in time. */
const inTime =
  ({ hangs, most }: Pick<WatchedWay, 'hangs' | 'most'>) =>
  (dial: DockerDial): DockerDial =>
  (request, done) => {
    const limit = isOpenEnded(request) ? undefined : new AbortController()
    const timer = limit && setTimeout(() => limit.abort(), most).unref()
    const signals = [request.abortSignal, limit?.signal].filter((signal) => signal !== undefined)
    dial({ ...request, abortSignal: AbortSignal.any(signals) }, (error, answer) => {
      clearTimeout(timer)
      const isLate = error !== null && limit?.signal.aborted === true
      done?.(isLate ? hangs(noAnswer(request, most)) : error, answer)
    })
  }

/** A build, an image on its way, the wait for a container: they last as long as they last. */
const isOpenEnded = ({ isStream, hijack, path }: Call): boolean =>
  isStream === true || hijack === true || /\/wait\b/.test(path)

const noAnswer = ({ method, path }: Call, most: number): Error =>
  new Error(`${method ?? 'GET'} ${path.replace(/\?.*$/, '')}: no answer within ${showDuration(most)}`)
