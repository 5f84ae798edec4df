/**
 * The files of `provision init`, by their paths: one host with a web server whose page is edited and refreshed.
 * @param spec what npm finds this installation by: the registry's package of our name is somebody else's
 */
export const starterFiles = (name: string, spec: string): Readonly<Record<string, string>> => ({
  'package.json': json(manifest(name, spec)),
  'tsconfig.json': json(tsconfig),
  '.gitignore': '.provision/\nnode_modules/\n',
  'playbooks/app/playbook.ts': playbook,
  'playbooks/app/image/Dockerfile': dockerfile,
  'playbooks/app/www/index.html': page,
})

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

/** What `tsc` and editors need besides our own types: those of `URL`, `fetch` and the rest of Node. */
export const devDependencies = { '@types/node': '^20.19.43', typescript: '^6.0.3' } as const

const manifest = (name: string, spec: string) => ({
  // What npm takes as a name; anything else becomes a dash. Its own name would keep it from depending on us.
  name:
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .replace(/^provision$/, '') || 'app',
  private: true,
  type: 'module',
  provision: { playbook: 'app' },
  dependencies: { provision: spec },
  devDependencies,
})

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    // Files are loaded, never emitted, so it does not matter whether a package.json says that they are modules.
    module: 'preserve',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    isolatedModules: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['playbooks/*/*.ts', 'boxes/*/*.ts'],
}

const playbook = `import { container, definePlaybook, image, tree } from 'provision'
import coreos from '../../boxes/coreos/box.ts'

export default definePlaybook({
  name: 'app',
  box: coreos,
  hosts: ['web'],
  params: { port: { type: 'int', default: 8080, description: 'where the page answers' } },
  resources: ({ hosts: { web }, params }) => {
    const nginx = container(web, 'nginx', {
      image: image('app/nginx', { build: './image' }),
      ports: { http: 80 },
      publish: { http: params.port },
      // Edit www/index.html and run \`provision refresh\`: no container restarts.
      mounts: { '/var/www/html': tree(web, '/var/app/www', { from: './www' }) },
      ready: { http: '/', port: 'http', timeout: '30s' },
    })
    return { nginx }
  },
})
`

const dockerfile = `FROM debian:bookworm-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends nginx-light \\
 && rm -rf /var/lib/apt/lists/* /var/www/html/*
CMD ["nginx", "-g", "daemon off;"]
`

const page = `<!doctype html>
<meta charset="utf-8">
<title>It works</title>
<h1>It works</h1>
<p>Edit <code>playbooks/app/www/index.html</code>, then run <code>provision refresh</code>.</p>
`
