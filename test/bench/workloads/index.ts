import type { Workload } from '../workload.ts'
import { bakeAll, bakeChanged } from './bake.ts'
import { delta } from './delta.ts'
import { editCss } from './edit-css.ts'
import { editJava } from './edit-java.ts'
import { farRefresh26, farRefresh100 } from './far-refresh.ts'
import { firstProvisioning, firstProvisioning26, firstProvisioning100 } from './first-provisioning.ts'
import { fleets } from './fleet.ts'
import { idleRefresh, idleRefreshMany } from './idle-refresh.ts'
import { imageLayer } from './image-layer.ts'
import { node, nodeDisk } from './node.ts'
import { nothingToDo } from './nothing-to-do.ts'
import { quickstart } from './quickstart.ts'
import { help, status } from './startup.ts'
import { watch } from './watch.ts'

/** All of them, in the order in which they are measured and shown; those that take the system away come last. */
export const workloads: readonly Workload[] = [
  quickstart,
  editJava,
  editCss,
  watch,
  nothingToDo,
  status,
  help,
  idleRefresh,
  farRefresh26,
  farRefresh100,
  idleRefreshMany,
  firstProvisioning,
  firstProvisioning26,
  firstProvisioning100,
  delta,
  imageLayer,
  ...fleets,
  node,
  nodeDisk,
  bakeAll,
  bakeChanged,
]
