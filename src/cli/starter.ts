/** The files of `provision init`, by their paths: one host with a web server whose page is edited and refreshed. */
export const starterFiles = (name: string): Readonly<Record<string, string>> => ({
  'package.json': `${JSON.stringify(manifest(name), undefined, 2)}\n`,
  '.gitignore': '.provision/\nnode_modules/\n',
  'playbooks/app/playbook.ts': playbook,
  'playbooks/app/image/Dockerfile': dockerfile,
  'playbooks/app/www/index.html': page,
})

const manifest = (name: string) => ({
  // What npm takes as a name; anything else becomes a dash.
  name:
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'app',
  private: true,
  type: 'module',
  provision: { playbook: 'app' },
})

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
