import { describe, expect, it } from 'vitest'
import { tree, type TreeOptions } from '../../src/index.ts'
import { digestOf, short } from '../../src/core/digest.ts'
import { resolve } from '../../src/core/ref.ts'
import {
  app,
  builtOf,
  fileStat,
  fine,
  folderStat,
  judge,
  judged,
  localFile,
  type HostAnswers,
} from '../support/judge.ts'
import { facts, manifest, note, to, www } from '../support/mirrored-www.ts'

const index = localFile('index.html', '<h1>')
const css = localFile('css/site.css', 'body {}')
const both = facts(css, index)
const bothManifest = manifest(['css/site.css', 'index.html'], ['css'])
const there: HostAnswers = {
  [`stat ${to}`]: folderStat(),
  [`stat ${to}/css`]: folderStat(),
  [`stat ${to}/index.html`]: fileStat('<h1>'),
  [`stat ${to}/css/site.css`]: fileStat('body {}'),
  [`read ${note}`]: bothManifest,
}
const shortOf = (content: string) => short(digestOf(content))

describe('tree', () => {
  it.each<[string, TreeOptions, HostAnswers, object]>([
    ['is as it should be', { from: './www' }, there, fine],
    [
      'is not there at all',
      { from: './www' },
      {},
      {
        ...fine,
        operation: 'create',
        changes: ['content: none → 2 files'],
        actions: [
          `write ${note} 0600`,
          `directory ${to} 0755`,
          `write ${to}/index.html 0644`,
          `directory ${to}/css 0755`,
          `write ${to}/css/site.css 0644`,
        ],
      },
    ],
    [
      'has one changed file: only that travels',
      { from: './www' },
      { ...there, [`stat ${to}/css/site.css`]: fileStat('body { }') },
      {
        ...fine,
        operation: 'update',
        changes: [`css/site.css content: ${shortOf('body { }')} → ${shortOf('body {}')}`],
        actions: [`write ${to}/css/site.css 0644`],
      },
    ],
    [
      'lacks a folder with its file',
      { from: './www' },
      { ...there, [`stat ${to}/css`]: undefined, [`stat ${to}/css/site.css`]: undefined },
      {
        ...fine,
        operation: 'update',
        changes: ['css type: none → directory', `css/site.css content: none → ${shortOf('body {}')}`],
        actions: [`directory ${to}/css 0755`, `write ${to}/css/site.css 0644`],
      },
    ],
    [
      'has a file too many that it put there',
      { from: './www' },
      { ...there, [`read ${note}`]: manifest(['css/site.css', 'index.html', 'js/old.js'], ['css', 'js']) },
      {
        ...fine,
        operation: 'update',
        changes: ['js/old.js content: put there before → none'],
        actions: [`delete ${to}/js/old.js`, `delete-empty-folder ${to}/js`, `write ${note} 0600`],
      },
    ],
    [
      'has lost the note of what it put there, and deletes nothing',
      { from: './www' },
      { ...there, [`read ${note}`]: undefined },
      {
        ...fine,
        operation: 'update',
        changes: [`manifest: none → ${shortOf(bothManifest)}`],
        actions: [`write ${note} 0600`],
      },
    ],
    [
      'has only an empty folder too many, left by a run that was killed',
      { from: './www' },
      { ...there, [`read ${note}`]: manifest(['css/site.css', 'index.html'], ['css', 'js']) },
      {
        ...fine,
        operation: 'update',
        changes: [
          `manifest: ${shortOf(manifest(['css/site.css', 'index.html'], ['css', 'js']))} → ${shortOf(bothManifest)}`,
        ],
        actions: [`delete-empty-folder ${to}/js`, `write ${note} 0600`],
      },
    ],
    [
      'has other modes than are asked for',
      { from: './www', modes: { files: 0o640, folders: 0o750 }, owner: 'core' },
      there,
      {
        ...fine,
        operation: 'update',
        changes: [
          'mode: 0755 → 0750',
          'owner: root → core',
          'css mode: 0755 → 0750',
          'css owner: root → core',
          'css/site.css mode: 0644 → 0640',
          'css/site.css owner: root → core',
          'index.html mode: 0644 → 0640',
          'index.html owner: root → core',
        ],
        actions: [
          `permit ${to} 0750 core`,
          `permit ${to}/index.html 0640 core`,
          `permit ${to}/css 0750 core`,
          `permit ${to}/css/site.css 0640 core`,
        ],
      },
    ],
  ])('%s', (_, options, answers, expected) => {
    expect(judged(tree(app, to, options), answers, both)).toEqual(expected)
  })

  it('notes what it is about to put there before it does, and what is left when it is done', () => {
    const answers = { ...there, [`read ${note}`]: manifest(['old.html']), [`stat ${to}/css`]: undefined }
    const { remedy } = judge(tree(app, to, { from: './www' }), answers, both)
    const notes = remedy?.actions.flatMap((action) =>
      action.do === 'write' && action.path === note && action.content.from === 'text'
        ? [action.content.text]
        : [],
    )
    expect(notes).toEqual([manifest(['css/site.css', 'index.html', 'old.html'], ['css']), bothManifest])
    expect(remedy?.actions.at(-2)).toEqual({ do: 'delete', path: `${to}/old.html` })
    expect(remedy?.actions.at(-1)).toMatchObject({ path: note, seals: true })
  })

  it.each<[string, HostAnswers, RegExp]>([
    [
      'a folder that is not its own in the place of a file',
      { ...there, [`stat ${to}/index.html`]: folderStat() },
      /app › tree \/var\/www: \/var\/www\/index\.html is a directory there/,
    ],
    [
      'a link in the place of the folder',
      { ...there, [`stat ${to}`]: folderStat({ type: 'link' }) },
      /\/var\/www is a link there/,
    ],
  ])('stops at %s', (_, answers, message) => {
    expect(() => judged(tree(app, to, { from: './www' }), answers, both)).toThrow(message)
  })

  it('keeps what is executable here executable there', () => {
    const made = judged(tree(app, to, { from: './www' }), {}, facts(localFile('run.sh', '#!', true)))
    expect(made.actions).toContain(`write ${to}/run.sh 0755`)
  })

  it('mirrors an empty folder as one', () => {
    expect(judged(tree(app, to, { from: './www' }), {}, facts()).actions).toEqual([
      `write ${note} 0600`,
      `directory ${to} 0755`,
    ])
  })

  it('takes any name of a file', () => {
    const odd = '-n $(x) "y" \'z\'\n☕'
    expect(judged(tree(app, to, { from: './www' }), {}, facts(localFile(odd, ''))).actions).toContain(
      `write ${to}/${odd} 0644`,
    )
  })

  it('is mounted read-only, as a folder with a digest', () => {
    const made = tree(app, to, { from: './www' })
    const at = (path: string) => ({ path })
    expect(resolve(made.mounted, both)).toMatchObject({
      source: to,
      writable: false,
      content: { type: 'folder', files: [...[css, index].map(({ path }) => `${to}/${path}`), note].map(at) },
    })
    expect(resolve(made.digest, both)).toBe(builtOf('www', [css, index]).digest)
  })

  it('leaves out what is excluded: another folder to read', () => {
    expect(tree(app, to, { from: './www', exclude: ['*.bak'] }).builds).toEqual([
      { ...www, exclude: ['*.bak'] },
    ])
  })
})
