import type { Wiring } from './wiring.ts'

/** The rooms of the tool as its commands get them; what a command does not use is not loaded. */
export const wiring: Wiring = {
  openRun: async (workspace, options) => (await import('./run/open.ts')).openRun(workspace, options),
  keepWarm: async () => (await import('./run/warm.ts')).warmHosts(),
  boxes: {
    bake: async (target, work) => (await import('./box/tools.ts')).bake(target, work),
    list: async (work) => (await import('./box/tools.ts')).list(work),
    export: async (digest, file, work) => (await import('./box/tools.ts')).exportTo(digest, file, work),
    import: async (file, work) => (await import('./box/tools.ts')).importFrom(file, work),
    prune: async (work) => (await import('./box/tools.ts')).prune(work),
  },
  examine: async (options) => (await import('./examine.ts')).examine(options),
}
