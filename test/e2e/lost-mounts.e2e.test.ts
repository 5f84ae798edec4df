import { afterAll, beforeAll, expect, it } from 'vitest'
import { planned } from '../support/planned.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

let project: Scratch

const on = (...argv: readonly string[]): Promise<string> => project.on('one', ...argv)
const shell = (script: string): Promise<string> => on('sh', '-c', script)
const inside = (script: string): Promise<string> => on('docker', 'exec', 'app', 'sh', '-c', script)
const id = (): Promise<string> => on('docker', 'inspect', '--format', '{{.Id}}', 'app')

const done = async (...args: readonly string[]) => {
  const called = await project.provision([...args, '--json'])
  expect(called.code, said(called)).toBe(0)
  return planned(called)
}

beforeAll(async () => {
  project = scratchOnSharedBox('one')
  project.write('www/page.html', 'page 1\n')
  project.playbook(`
const out = artifact('out', { run: ['sh', '-c', 'mkdir -p out && cp www/page.html out/'], cwd: '../..', inputs: ['www/**'], output: 'out' })
return [container(one, 'app', { image: tiny, command: ['sleep', 'infinity'], stopTimeout: '1s', mounts: {
  '/conf': file(one, '/run/app/conf', { content: 'conf\\n' }),
  '/words': file(one, '/var/app/words', { content: 'words\\n' }),
  '/www': tree(one, '/var/app/www', { from: '../../www' }),
  '/out': push(one, out, { to: '/var/app/out' }),
  '/spool': directory(one, '/var/app/spool'),
  '/data': volume(one, 'data'),
} })]`)
  await done('quickstart')
})
afterAll(() => project.remove())

it('a file that is lost while its host is down is put there again, and the container started', async () => {
  const before = await id()
  await done('stop')
  await done('start')
  // All in /run is gone by then. Where Docker had made a folder, no run could put the file there.
  expect(await shell('ls /run/app 2>&1 || true')).toMatch(/No such file/)
  expect(await done('refresh')).toEqual({
    'one/file//run/app/conf': ['content'],
    'one/container/app': ['state'],
  })
  expect([await inside('cat /conf'), await id()]).toEqual(['conf\n', before])
})

it('an empty folder that Docker made in the place of a file goes, and the plan says so', async () => {
  await shell('docker stop -t 1 app; rm /run/app/conf /var/app/words; mkdir /run/app/conf /var/app/words')
  const expected = {
    'one/file//run/app/conf': ['content'],
    'one/file//var/app/words': ['content'],
    'one/container/app': ['state'],
  }
  expect(await done('plan')).toEqual(expected)
  expect(await done('refresh')).toEqual(expected)
  expect(await inside('cat /conf /words')).toBe('conf\nwords\n')
})

it('a folder in the place of a file that holds something is left to people', async () => {
  await shell('rm /var/app/words; mkdir /var/app/words; touch /var/app/words/.mine')
  const called = await project.provision(['refresh', '--json'])
  expect([called.code, said(called)]).toEqual([
    1,
    expect.stringMatching(/\/var\/app\/words is a directory there, not a file/),
  ])
  expect(await shell('rm /var/app/words/.mine && rmdir /var/app/words && echo kept')).toBe('kept\n')
  await done('refresh')
})

it('a container whose mounts are lost is made anew when they are there again', async () => {
  await shell('cd /var/app && echo drift >> words && rm -r words www out spool')
  expect(await done('refresh')).toEqual({
    'one/file//var/app/words': ['content'],
    'one/tree//var/app/www': ['content'],
    'one/push//var/app/out': ['content'],
    'one/directory//var/app/spool': ['type'],
    'one/container/app': ['mounts./out', 'mounts./spool', 'mounts./words', 'mounts./www'],
  })
  expect(await inside('cat /words /www/page.html /out/page.html; echo mail > /spool/new')).toBe(
    'words\npage 1\npage 1\n',
  )
  expect(await shell('cat /var/app/spool/new')).toBe('mail\n')
  expect(await done('refresh')).toEqual({})
  const before = await id()
  project.write('www/page.html', 'page 2\n')
  await done('refresh')
  expect([await inside('cat /www/page.html /out/page.html'), await id()]).toEqual([
    'page 2\npage 2\n',
    before,
  ])
})
