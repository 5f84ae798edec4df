import { describe, expect, it } from 'vitest'
import { container, image } from '../../../src/index.ts'
import type { ContainerState } from '../../../src/core/probe.ts'
import { app, factsOf, judge } from '../../support/judge.ts'
import { bodyOf, builtImageOf, imageOnHost, running } from '../../support/made.ts'

const facts = factsOf([], [builtImageOf('jre:latest', 'i1')])
const user = container(app, 'user', { image: image('jre'), ports: { http: 80 }, publish: { http: 8080 } })

describe('a container that is made anew', () => {
  it.each<[string, Partial<ContainerState>, readonly string[]]>([
    ['gives up the ports that it held', {}, ['port 81/tcp', 'port 82/udp on 127.0.0.1']],
    ['holds none while it does not run', { running: false, status: 'exited' }, []],
  ])('%s', (_, rest, frees) => {
    const ports = ['8080/tcp', '81/tcp', '127.0.0.1:82/udp'].map((host) => ({ container: '80/tcp', host }))
    const answers = {
      'container user': running(bodyOf(user, facts), imageOnHost('i1'), { ports, ...rest }),
      'image jre:latest': imageOnHost('i1'),
    }
    expect(judge(user, answers, facts).remedy?.frees).toEqual(frees)
  })
})
